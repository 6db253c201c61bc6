import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A started server as its operator sees it: its lines, and how it ends. */
export interface RunningServer {
  pid: number;
  lines: string[];
  /** Resolves when a line holds the text, now or later. */
  said(text: string): Promise<string>;
  /** Sends the signal, to the process alone or like a terminal to its whole group, and waits for the end. */
  end(signal: NodeJS.Signals, to?: 'process' | 'group'): Promise<{ code: number | null; ms: number }>;
}

/** Runs a command in a process group of its own, with these settings and those every process needs. */
export function runServer(
  command: string[],
  options: { cwd: string; env: Record<string, string> },
): RunningServer {
  const { PATH, HOME, XDG_CACHE_HOME, MONGOMS_SYSTEM_BINARY } = process.env;
  const env = { PATH, HOME, XDG_CACHE_HOME, MONGOMS_SYSTEM_BINARY, MONGO_URI: '', ...options.env };
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    cwd: options.cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} could not be started`);
  // Listened for from the start: a group may hold a process that outlives the one whose end is waited for.
  const closed = once(child, 'close');
  const lines: string[] = [];
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      for (const listener of [...listeners]) listener();
    });
  }
  return {
    pid,
    lines,
    said: (text) => waitForLine(child, lines, listeners, text),
    async end(signal, to = 'process') {
      const since = Date.now();
      process.kill(to === 'group' ? -pid : pid, signal);
      const [code] = await closed;
      return { code: code as number | null, ms: Date.now() - since };
    },
  };
}

function waitForLine(
  child: ChildProcess,
  lines: string[],
  listeners: Set<() => void>,
  text: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = () => {
      const line = lines.find((candidate) => candidate.includes(text));
      if (line === undefined) return;
      listeners.delete(look);
      resolve(line);
    };
    listeners.add(look);
    child.once('close', (code) => reject(new Error(`it ended with ${code}:\n${lines.join('\n')}`)));
    look();
  });
}
