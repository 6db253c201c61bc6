import { spawnSync } from 'node:child_process';
import path from 'node:path';

export const ROOT = path.resolve(__dirname, '../..');

let isBuilt = false;

/** Where a file of the built product is, such as `operate/doctor.js`; builds it first when the sources changed since. */
export function built(file: string): string {
  if (!isBuilt) build();
  return path.join(ROOT, 'dist', file);
}

function build(): void {
  const script = ['scripts/build-if-stale.cjs'];
  const { status, stdout, stderr } = spawnSync(process.execPath, script, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The build failed:\n${stdout}${stderr}`);
  isBuilt = true;
}
