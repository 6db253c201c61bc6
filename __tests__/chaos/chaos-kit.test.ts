import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { makePlan } from '../../scripts/chaos/plan';
import { randomOf } from '../../scripts/chaos/random';
import { ROOT } from '../support/root';

const KIT = ['--require', require.resolve('tsx/cjs'), 'scripts/chaos/index.ts'];
const FEW = ['--users', '4', '--seconds', '6', '--kill-every', '4'];

const dir = mkdtempSync(path.join(os.tmpdir(), 'parley-kit-test-'));
const kits: ChildProcess[] = [];
afterEach(async () => {
  for (const kit of kits.splice(0)) {
    if (kit.exitCode !== null || kit.signalCode !== null) continue;
    kit.kill('SIGINT');
    await once(kit, 'exit');
  }
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Starts the kit with its directories below `dir`, so that what it leaves can be seen. */
function start(args: string[]) {
  const env = { ...process.env, TMPDIR: dir };
  const kit = spawn(process.execPath, [...KIT, ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  kits.push(kit);
  return kit;
}

/** The command lines of processes that work below `dir`. */
function leftBehind(): string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line.includes(`${dir}/parley-chaos`));
}

it('finds nothing lost, doubled, out of order or different after kills and a fail-over', async () => {
  const jsonFile = path.join(dir, 'result.json');
  const kit = start([...FEW, '--seed', '4', '--json', jsonFile]);
  let said = '';
  kit.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(kit, 'close');
  if (code !== 0) throw new Error(said);
  const { acked, kills, ...rest } = JSON.parse(readFileSync(jsonFile, 'utf8'));
  expect(acked).toBeGreaterThan(0);
  expect(kills).toBeGreaterThan(1);
  const clean = { lost: 0, duplicated: 0, reordered: 0, diverged: 0, staleSocketIds: 0 };
  expect(rest).toEqual({ ...clean, seconds: 6, seed: 4 });
  expect(leftBehind()).toEqual([]);
}, 180_000);

it('leaves no process behind when it is interrupted', async () => {
  const kit = start(FEW);
  kit.stderr.resume();
  while (leftBehind().length < 3) await new Promise((resolve) => setTimeout(resolve, 100));
  kit.kill('SIGINT');
  const [code] = await once(kit, 'exit');
  expect(code).toBe(1);
  expect(leftBehind()).toEqual([]);
}, 180_000);

it('makes the same choices for the same seed, and others for another', () => {
  const planOf = (seed: number) => makePlan(randomOf(seed, 'plan'), { seconds: 120, killEvery: 15 });
  expect(planOf(3)).toEqual(planOf(3));
  expect(planOf(3)).not.toEqual(planOf(4));
  const kinds = planOf(3).map(({ what }) => what.kind);
  expect(kinds.filter((kind) => kind === 'kill node')).toHaveLength(8);
  expect(kinds).toEqual(expect.arrayContaining(['step down', 'roll back', 'kill member']));
});

it('explains itself, and refuses what it does not know', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [...KIT, ...args], { cwd: ROOT, encoding: 'utf8' });
  const help = run('--help');
  expect([help.status, help.stdout]).toEqual([0, expect.stringContaining('--seed N')]);
  const wrong = run('--seconds', 'many');
  expect([wrong.status, wrong.stderr]).toEqual([
    2,
    expect.stringContaining('--seconds takes a whole number'),
  ]);
});
