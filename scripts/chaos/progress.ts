import type { Client } from './client';
import { NODE_NAMES } from './plan';
import type { Scene } from './storm';

const EVERY_MS = 1_000;
/** Where nobody looks on, one line in so many seconds. */
const QUIET_SECONDS = 10;

/** Shows how a run goes on, on one line that is written anew, or now and then on a new one in a log. Returns what ends it. */
export function showProgress(scene: Pick<Scene, 'nodes' | 'clients' | 'tally'>, seconds: number): () => void {
  const startedAt = Date.now();
  const out = process.stderr;
  const timer = setInterval(() => {
    const passed = Math.min(seconds, Math.round((Date.now() - startedAt) / 1000));
    const line = `${clock(passed)} of ${clock(seconds)}  ${describe(scene)}`;
    if (out.isTTY) out.write(`\r\u001b[K${line}`);
    else if (passed % QUIET_SECONDS === 0) out.write(`${line}\n`);
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    if (out.isTTY) out.write('\r\u001b[K');
  };
}

function describe({ nodes, clients, tally }: Pick<Scene, 'nodes' | 'clients' | 'tally'>): string {
  const connected = clients.filter(({ line }) => line.isOpen).length;
  const waiting = clients.reduce((sum, { outbox }: Client) => sum + outbox.size, 0);
  const up = NODE_NAMES.map((name) => `${name} ${nodes.isUp(name) ? 'up' : 'down'}`).join(', ');
  return `${tally.acked} acknowledged, ${waiting} waiting, ${connected} of ${clients.length} connected, ${up}, ${tally.kills} kills`;
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
