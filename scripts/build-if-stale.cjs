/**
 * Runs before `npm start`: compiles `src` to `dist` when the sources are not those that `dist` was made from. A
 * production install without TypeScript runs what it was shipped with.
 */
const { createHash } = require('node:crypto');
const { spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');
const dist = path.join(root, 'dist');
/** Holds the hash of the sources; written last, so that a build that was cut short counts as none. */
const stampFile = path.join(dist, '.built-from');
/** Held by the one process that builds, so that two starts at once do not write into each other's files. */
const lockFile = path.join(dist, '.building');
const LOCK_POLL_MS = 100;

function hashSources() {
  const hash = createHash('sha256');
  const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join('src', name));
  // Compiler and dependencies decide on the output as well.
  for (const name of ['tsconfig.json', 'tsconfig.build.json', 'package.json', ...sources.sort()]) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(path.join(root, name)))
      .update('\0');
  }
  return hash.digest('hex');
}

function compilerPath() {
  try {
    const manifest = require.resolve('typescript/package.json', { paths: [root] });
    return path.join(path.dirname(manifest), require(manifest).bin.tsc);
  } catch {
    return undefined;
  }
}

function main() {
  const isBuilt = existsSync(path.join(dist, 'index.js'));
  // A container has the page below src, and no sources.
  const hasSources = existsSync(path.join(root, 'src')) && existsSync(path.join(root, 'tsconfig.build.json'));
  if (!hasSources) return isBuilt ? 0 : fail('there are neither sources nor dist');
  const hash = hashSources();
  if (isBuilt && isFresh(hash)) return 0;
  const compiler = compilerPath();
  if (!compiler) return isBuilt ? keep() : fail('TypeScript is not installed, run `npm ci` first');
  return alone(() => (isFresh(hash) ? 0 : build(compiler, hash)));
}

function isFresh(hash) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === hash;
}

/** Waits for its turn; a lock whose holder is gone counts as none. */
function alone(task) {
  mkdirSync(dist, { recursive: true });
  while (!tryLock()) {
    if (!isHolderAlive()) rmSync(lockFile, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
  }
  try {
    return task();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function tryLock() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function isHolderAlive() {
  try {
    process.kill(Number(readFileSync(lockFile, 'utf8')) || process.pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

function build(compiler, hash) {
  const startedAt = Date.now();
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) return fail('the sources do not compile');
  writeFileSync(stampFile, hash);
  console.log(`Built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  return 0;
}

function keep() {
  console.log('TypeScript is not installed: starting what dist holds');
  return 0;
}

function fail(reason) {
  console.error(`Cannot build: ${reason}`);
  return 1;
}

process.exitCode = main();
