import type { Config } from '../../config/env';
import { createIceServers } from '../../services/ice-server.service';
import { systemClock } from '../../types/clock';
import { type Finding, fail, ok, reason, warn } from './finding';
import { askBinding, askRelay, parseStunUrl } from './stun';

/** The servers that calls need, asked as a device asks them and with credentials as a device gets them. */
export async function checkCalls({ calls }: Config): Promise<Finding[]> {
  const { iceServers } = createIceServers(calls, systemClock)('doctor');
  const findings: Finding[] = [];
  for (const { urls, username, credential } of iceServers) {
    for (const url of urls) findings.push(await checkServer(url, username, credential));
  }
  if (!calls.turn) {
    const mend =
      'Run coturn and set TURN_URLS and TURN_SECRET (docs/calls.md): about one call in ten needs a relay.';
    findings.push(warn('there is no TURN server', mend));
  }
  return findings;
}

async function checkServer(url: string, username?: string, credential?: string): Promise<Finding> {
  const server = parseStunUrl(url);
  if (!server) return warn(`${url} is encrypted and was not asked`, 'Try it with a call in a browser.');
  try {
    if (username === undefined || credential === undefined) await askBinding(server);
    else await askRelay(server, username, credential);
    return ok(`${url} answers${username === undefined ? '' : ' and relays'}`);
  } catch (error) {
    const why = reason(error);
    const mend = why.startsWith('401')
      ? 'TURN_SECRET must be the static-auth-secret of the TURN server, and both clocks right.'
      : `Is it running, and port ${server.port} (${server.transport}) open?`;
    return fail(`${url}: ${why}`, mend);
  }
}
