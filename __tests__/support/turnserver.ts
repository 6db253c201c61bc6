import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../scripts/bench/free-port';

const USUAL_PLACES = [process.env.TURNSERVER_PATH, '/usr/bin/turnserver', '/usr/local/bin/turnserver'];

/** coturn's server; undefined, and said aloud, on a machine without one. */
export function findTurnserver(): string | undefined {
  const found = USUAL_PLACES.find((place) => place !== undefined && existsSync(place));
  if (!found) console.warn('No coturn found (set TURNSERVER_PATH): relayed calls are NOT tested');
  return found;
}

export interface Turnserver {
  port: number;
  stop(): Promise<void>;
}

/** A relay on this machine that takes the credentials made from `secret`; only for tests does it relay to the loopback. */
export async function startTurnserver(file: string, secret: string): Promise<Turnserver> {
  const port = await freePort();
  const dir = await mkdtemp(path.join(os.tmpdir(), 'parley-turn-'));
  const settings = {
    'listening-port': port,
    'listening-ip': '127.0.0.1',
    'relay-ip': '127.0.0.1',
    'static-auth-secret': secret,
    realm: 'parley.test',
    'cli-password': 'unused',
    userdb: path.join(dir, 'turndb'),
    pidfile: path.join(dir, 'turnserver.pid'),
    'log-file': 'stdout',
  };
  const switches = ['use-auth-secret', 'no-tls', 'no-dtls', 'no-cli', 'fingerprint', 'allow-loopback-peers'];
  const args = [
    '-n',
    ...switches.map((name) => `--${name}`),
    ...Object.entries(settings).map(([name, value]) => `--${name}=${value}`),
  ];
  const child = spawn(file, args, { stdio: 'ignore' });
  await untilListening(port, child);
  return {
    port,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill();
        await ended;
      }
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const probe = net.connect(port, '127.0.0.1');
    const isOpen = await once(probe, 'connect').then(
      () => true,
      () => false,
    );
    probe.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`coturn ended with ${child.exitCode}`);
}
