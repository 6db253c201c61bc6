import { randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

const NODE_ID_BYTES = 5;

/** A new id of a node: five random bytes as hex, so that it fits into the ids of what the node writes. */
export function newNodeId(): string {
  return randomBytes(NODE_ID_BYTES).toString('hex');
}

/** Where the pids of this process mean something: machine and pid namespace; null where that cannot be told. */
export const PROCESS_HOST = processHost();

function processHost(): string | null {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return null;
  }
}

/** True when there is certainly no such process any more; false also where nobody here can know. */
export function isProcessGone({ host, pid }: { host: string | null; pid: number }): boolean {
  if (host === null || host !== PROCESS_HOST) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
