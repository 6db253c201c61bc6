import { io } from 'socket.io-client';
import type { Config } from '../../config/env';
import { type Finding, fail, ok, reason, warn } from './finding';

const TIMEOUT_MS = 8000;

/** The address that people know: does it lead to a server, and do web sockets pass the proxy. */
export async function checkPublicUrl({ publicUrl, isProduction }: Config): Promise<Finding[]> {
  if (publicUrl === undefined) {
    if (!isProduction) return [ok('PUBLIC_URL is not set: links lead to this machine')];
    return [
      fail(
        'PUBLIC_URL is not set',
        'Set it to the address of the proxy: links of files lead to localhost without it.',
      ),
    ];
  }
  const findings: Finding[] = [];
  if (isProduction && !publicUrl.startsWith('https:'))
    findings.push(
      fail(
        `${publicUrl} is not encrypted`,
        'Put a proxy that ends TLS in front (docs/operations.md) and use https.',
      ),
    );
  try {
    const { status } = await fetch(`${publicUrl}/health/live`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (status !== 200) {
      const mend = 'Let the proxy pass every path to the port of the server, which must be running.';
      return [...findings, fail(`${publicUrl}/health/live answers ${status}`, mend)];
    }
    findings.push(ok(`${publicUrl} leads to the server`));
  } catch (error) {
    const why = reason((error as Error).cause ?? error);
    const mend = 'Start the server; then look at DNS, firewall, proxy and certificate.';
    return [...findings, fail(`${publicUrl} cannot be reached: ${why}`, mend)];
  }
  return [...findings, await checkUpgrade(publicUrl)];
}

/** A server that takes no token still says so on an open connection, which is all that is asked here. */
function checkUpgrade(publicUrl: string): Promise<Finding> {
  const socket = io(publicUrl, {
    transports: ['websocket'],
    reconnection: false,
    timeout: TIMEOUT_MS,
    auth: { token: 'none' },
  });
  return new Promise<Finding>((resolve) => {
    const opened = () => resolve(ok('web sockets pass'));
    socket.once('connect', opened);
    socket.once('connect_error', (error) => {
      // Refused by the server itself, behind the open connection.
      if (error.message !== 'websocket error' && error.message !== 'timeout') return opened();
      const mend =
        'Let the proxy pass upgrades on /socket.io/ (nginx: proxy_http_version 1.1 and the Upgrade and Connection headers).';
      resolve(fail('web sockets do not pass the proxy', mend));
    });
  }).finally(() => socket.close());
}

/** Can a page of another origin call the API in production. */
export function checkOrigins({ allowedOrigins, isProduction, publicUrl }: Config): Finding[] {
  if (!isProduction) return [];
  const own = publicUrl === undefined ? undefined : new URL(publicUrl).origin;
  const plain = allowedOrigins.filter((origin) => origin.startsWith('http:'));
  if (plain.length > 0) {
    const mend = 'Name their https address: whoever is on the way can put code into such a page.';
    return [warn(`ALLOWED_ORIGINS holds pages that are not encrypted: ${plain.join(', ')}`, mend)];
  }
  return [ok(`${allowedOrigins.length || 'no'} other origins may call${own ? `, beside ${own}` : ''}`)];
}
