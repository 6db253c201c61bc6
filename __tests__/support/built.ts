import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from './root';

// Builds, when the sources changed since the last build, while the test file is loaded: on a busy machine that takes
// half a minute, which would count against the first hook or test that starts a process.
const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/build-if-stale.cjs'], {
  cwd: ROOT,
  encoding: 'utf8',
});
if (status !== 0) throw new Error(`The build failed:\n${stdout}${stderr}`);

/** Where a file of the built product is, such as `operate/doctor.js`; it is made from the sources as they are. */
export function built(file: string): string {
  return path.join(ROOT, 'dist', file);
}
