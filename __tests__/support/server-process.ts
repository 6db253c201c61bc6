import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { mongodPaths } from '../../src/embedded/mongod-process';

const ROOT = path.resolve(__dirname, '../..');

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** The product as an operator runs it: `node dist/index.js` with an embedded database in a directory of its own. */
export interface ServerProcess {
  url: string;
  dataDir: string;
  start(): Promise<void>;
  /** Ends the server as a crash would. */
  kill(): Promise<void>;
  /** Ends the embedded mongod as a crash would. */
  killMongod(): Promise<void>;
  /** Asks it to end and resolves to its exit code. */
  interrupt(): Promise<number | null>;
  /** Ends everything and removes the data. */
  dispose(): Promise<void>;
  output(): string;
}

export async function createServerProcess(env: Record<string, string> = {}): Promise<ServerProcess> {
  const built = spawnSync('node', ['scripts/build-if-stale.cjs'], { cwd: ROOT, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`The build failed:\n${built.stdout}${built.stderr}`);
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'parley-server-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  let output = '';

  async function start(): Promise<void> {
    const started = spawn('node', ['dist/index.js'], {
      cwd: ROOT,
      env: {
        ...process.env,
        NODE_ENV: 'development',
        HOST: '127.0.0.1',
        PORT: String(port),
        DATA_DIR: dataDir,
        LOG_LEVEL: 'info',
        RATE_LIMIT_MAX: '1000000',
        AUTH_RATE_LIMIT_MAX: '1000000',
        OTP_IP_HOURLY_MAX: '1000000',
        SOCKET_RATE_LIMIT_MAX: '1000000',
        ...env,
      },
    });
    child = started;
    await new Promise<void>((resolve, reject) => {
      const onData = (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('Parley is listening')) resolve();
      };
      started.stdout?.on('data', onData);
      started.stderr?.on('data', onData);
      started.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${output}`)));
    });
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    const ending = child;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return null;
    const ended = once(ending, 'exit');
    ending.kill(signal);
    const [code] = await ended;
    output = '';
    return code as number | null;
  }

  async function mongodPid(): Promise<number | undefined> {
    const { pidFile } = mongodPaths(path.join(dataDir, 'mongo'));
    const text = await readFile(pidFile, 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as { pid: number }).pid;
  }

  async function killMongod(): Promise<void> {
    const pid = await mongodPid();
    if (pid === undefined) throw new Error('No mongod was started');
    process.kill(pid, 'SIGKILL');
  }

  return {
    url: `http://127.0.0.1:${port}`,
    dataDir,
    start,
    kill: async () => void (await end('SIGKILL')),
    killMongod,
    interrupt: () => end('SIGINT'),
    async dispose() {
      await end('SIGKILL');
      await killMongod().catch(() => undefined);
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    },
    output: () => output,
  };
}
