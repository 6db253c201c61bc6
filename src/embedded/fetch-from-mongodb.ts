/**
 * MongoDB's own download, by way of mongodb-memory-server. It runs in a child process: the library prints to the
 * console, retries for minutes where the network refuses, and checks certificates only when told so by a variable.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';

/** The library reports its progress every 2 s; a network that drops packets stays silent. */
const SILENCE_LIMIT_MS = 15_000;

// `npm_config_strict_ssl` is the library's only switch for certificate checks, and it is off unless set.
const CHILD_SCRIPT = `
process.env.npm_config_strict_ssl = 'true';
process.env.MONGOMS_MAX_RETRIES = '1';
process.env.MONGOMS_PREFER_GLOBAL_PATH = 'false';
delete process.env.MONGOMS_SYSTEM_BINARY;
const [library, downloadDir] = process.argv.slice(1);
require(library).MongoBinary.getPath({ downloadDir, checkMD5: true }).then(
  (binary) => process.stdout.write('\\nbinary=' + binary + '\\n'),
  (error) => {
    process.stderr.write(String(error && error.message));
    process.exitCode = 1;
  },
);
`;

/**
 * Resolves to the path of a mongod fetched into `targetDir`.
 * @throws Error with the library's reason, or when nothing arrived for 15 s.
 */
export async function fetchFromMongoDb(targetDir: string): Promise<string> {
  const output = await runChild(path.join(targetDir, 'mongodb'));
  const binary = /^binary=(.+)$/m.exec(output)?.[1];
  if (!binary) throw new Error('the download ended without a binary');
  return binary;
}

function runChild(downloadDir: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const library = require.resolve('mongodb-memory-server-core');
    const child = spawn(process.execPath, ['-e', CHILD_SCRIPT, library, downloadDir], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    const silence = setTimeout(() => child.kill('SIGKILL'), SILENCE_LIMIT_MS);
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
      silence.refresh();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(silence);
      if (code === 0) resolve(stdout);
      else reject(new Error(signal ? `nothing arrived for ${SILENCE_LIMIT_MS / 1000} s` : lastLine(stderr)));
    });
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) || 'the download failed';
}
