/** The two nodes under test: the built product as an operator runs it. */
import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { untilListening } from '../bench/children';
import { freePort } from '../bench/free-port';
import type { ParleyEnv } from '../bench/parley-env';
import { NODE_NAMES, type NodeName } from './plan';
import type { Processes } from './processes';

const START_TIMEOUT_MS = 60_000;
const START_AGAIN_AFTER_MS = 500;
const ENTRY = path.join(__dirname, '..', '..', 'dist', 'index.js');

export interface Nodes {
  urlOf(name: NodeName): string;
  isUp(name: NodeName): boolean;
  /** Ends a node as a crash would; the promise is of its being back after a while. */
  killFor(name: NodeName, forMs: number): Promise<void>;
  kill(name: NodeName): Promise<void>;
  start(name: NodeName): Promise<void>;
  /** What ended that nobody meant to end. */
  unexpectedEnds(): string[];
}

/** Starts both, one after the other as an operator would. */
export async function startNodes(env: ParleyEnv, dir: string, processes: Processes): Promise<Nodes> {
  const nodes = new Map<NodeName, { port: number; child?: ChildProcess; isUp: boolean }>();
  const ends: string[] = [];
  for (const name of NODE_NAMES) nodes.set(name, { port: await freePort(), isUp: false });

  function get(name: NodeName) {
    const node = nodes.get(name);
    if (!node) throw new Error(`there is no node ${name}`);
    return node;
  }

  function spawn(name: NodeName): ChildProcess {
    const { PATH = '', HOME = '' } = process.env;
    const own = { PATH, HOME, ...env, PORT: String(get(name).port) };
    const logFile = path.join(dir, `node-${name}.log`);
    return processes.start(process.execPath, [ENTRY], { env: own, cwd: dir, logFile });
  }

  /** A start that finds no primary ends; it is started again, as by any keeper of processes. */
  async function start(name: NodeName): Promise<void> {
    const node = get(name);
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      const child = spawn(name);
      try {
        await untilListening(child, node.port);
        node.child = child;
        node.isUp = true;
        child.once('exit', (code) => {
          if (node.child === child) ends.push(`node ${name} ended by itself with ${code}`);
        });
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await delay(START_AGAIN_AFTER_MS);
      }
    }
  }

  async function kill(name: NodeName): Promise<void> {
    const node = get(name);
    const { child } = node;
    node.isUp = false;
    node.child = undefined;
    if (child) await processes.kill(child);
  }

  for (const name of NODE_NAMES) await start(name);
  return {
    urlOf: (name) => `http://127.0.0.1:${get(name).port}`,
    isUp: (name) => get(name).isUp,
    kill,
    start,
    async killFor(name, forMs) {
      await kill(name);
      await delay(forMs);
      await start(name);
    },
    unexpectedEnds: () => ends,
  };
}
