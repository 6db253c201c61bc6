/** Owns every process of a run: none outlives it, however it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

const STOP_GRACE_MS = 6_000;

export interface Processes {
  /** Starts a program with this environment alone; what it says is added to `logFile`. */
  start(
    program: string,
    args: string[],
    options: { env: Record<string, string>; cwd: string; logFile: string },
  ): ChildProcess;
  /** Ends it as a crash would, and resolves when it is gone. */
  kill(child: ChildProcess): Promise<void>;
  /** Asks it to end, by force when it does not within 6 s. */
  stop(child: ChildProcess): Promise<void>;
  killAll(): Promise<void>;
}

export function createProcesses(): Processes {
  const running = new Set<ChildProcess>();
  let isOver = false;

  async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    const force = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
    await gone;
    clearTimeout(force);
  }

  // Also where the run ends by an error that nobody caught.
  process.once('exit', () => {
    for (const child of running) child.kill('SIGKILL');
  });

  return {
    start(program, args, { env, cwd, logFile }) {
      if (isOver) throw new Error('the run is over');
      const log = openSync(logFile, 'a');
      // A group of its own: Ctrl-C reaches it through us.
      const child = spawn(program, args, { env, cwd, detached: true, stdio: ['ignore', log, log] });
      closeSync(log);
      running.add(child);
      child.once('exit', () => running.delete(child));
      child.once('error', () => running.delete(child));
      return child;
    },
    kill: (child) => end(child, 'SIGKILL'),
    stop: (child) => end(child, 'SIGTERM'),
    async killAll() {
      isOver = true;
      await Promise.all([...running].map((child) => end(child, 'SIGKILL')));
    },
  };
}
