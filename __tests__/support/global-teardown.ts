import { once } from 'node:events';
import { rmSync } from 'node:fs';

/** Ends the run's mongod; its data are of no use any more, so it need not flush them. */
export default async function globalTeardown(): Promise<void> {
  const mongod = globalThis.parleyTestMongod;
  if (!mongod) return;
  if (mongod.child.exitCode === null) {
    const exited = once(mongod.child, 'exit');
    mongod.child.kill('SIGKILL');
    await exited;
  }
  rmSync(mongod.dataDir, { recursive: true, force: true });
}
