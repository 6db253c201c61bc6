import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../scripts/bench/free-port';
import { loadConfig } from '../../src/config/env';
import { fromWire, toWire } from '../../src/models/wire-form';
import { createCache } from '../../src/providers/cache';
import type { Cache, CacheKind } from '../../src/providers/cache/cache.port';
import { captureLog } from '../support/log-capture';
import { clockAhead } from '../support/native-world';
import { hasRedis, killRedis, startRedis } from '../support/redis';

const MINUTE_MS = 60_000;
const KIND: CacheKind = { name: 'thing', ttlMs: MINUTE_MS };
const wire = { toWire, fromWire };
const { logger, lines } = captureLog({ isProduction: true });
const caches: Cache[] = [];
let port: number;
let dir: string;
let redis: ChildProcess | undefined;

beforeAll(async () => {
  port = await freePort();
  dir = await mkdtemp(path.join(os.tmpdir(), 'parley-redis-'));
  if (hasRedis) redis = await startRedis(port, dir);
});
afterEach(() => {
  for (const cache of caches.splice(0)) cache.stop();
  lines.length = 0;
});
afterAll(async () => {
  if (redis) await killRedis(redis);
  await rm(dir, { recursive: true, force: true });
});

interface Made {
  cache: Cache;
  clock: ReturnType<typeof clockAhead>;
}

async function make(
  env: Record<string, string>,
  alonePeriod: () => number | undefined = () => 1,
): Promise<Made> {
  const clock = clockAhead();
  const { redis: config } = loadConfig({ NODE_ENV: 'test', ...env });
  const cache = createCache({ redis: config }, { clock, logger, wire, alonePeriod });
  caches.push(cache);
  await cache.open('test');
  if (config) await until(async () => (await canKeep(cache)) === true);
  return { cache, clock };
}

const inRedis = () => ({ REDIS_HOST: '127.0.0.1', REDIS_PORT: String(port) });

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error('it never came to that');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function canKeep(cache: Cache): Promise<boolean> {
  await keep(cache, 'probe', 'probe');
  return (await find(cache, 'probe')) === 'probe';
}

async function look(cache: Cache, id: string, tag = `of ${id}`) {
  const [looked] = await cache.look<unknown>(KIND, [{ id, tag }]);
  if (!looked) throw new Error('nothing was looked at');
  return looked;
}

async function keep(cache: Cache, id: string, value: unknown, tag?: string): Promise<void> {
  (await look(cache, id, tag)).keep(value);
}

const find = async (cache: Cache, id: string, tag?: string) => (await look(cache, id, tag)).value;

const providers: Array<[string, () => Record<string, string>]> = [['in memory', () => ({})]];
if (hasRedis) providers.push(['in Redis', inRedis]);

describe.each(providers)('what is kept %s', (_where, env) => {
  it('is given out until its tag is dropped, and others under other tags after that', async () => {
    const { cache } = await make(env());
    const at = new Date();
    await keep(cache, 'a', { n: 1, at, none: null, list: [1, 'x'] });
    await keep(cache, 'b', 0);
    expect(await find(cache, 'a')).toEqual({ n: 1, at, none: null, list: [1, 'x'] });
    cache.drop(['of a']);
    expect([await find(cache, 'a'), await find(cache, 'b')]).toEqual([undefined, 0]);
    await cache.settled();
    expect([await find(cache, 'a'), await find(cache, 'b')]).toEqual([undefined, 0]);
  });

  it('is dropped with everything else under the same tag, or with everything', async () => {
    const { cache } = await make(env());
    for (const id of ['a', 'b']) await keep(cache, id, id, 'shared');
    await keep(cache, 'c', 'c');
    cache.drop(['shared']);
    await cache.settled();
    expect(await Promise.all(['a', 'b'].map((id) => find(cache, id, 'shared')))).toEqual([
      undefined,
      undefined,
    ]);
    expect(await find(cache, 'c')).toBe('c');
    cache.dropAll();
    cache.dropAll();
    await cache.settled();
    expect(await find(cache, 'c')).toBeUndefined();
  });

  it.each(['drop', 'dropAll'] as const)('is never what was read before a change: %s', async (how) => {
    const { cache } = await make(env());
    const overtaken = await look(cache, 'a');
    if (how === 'drop') cache.drop(['of a']);
    else cache.dropAll();
    overtaken.keep('old');
    await cache.settled();
    overtaken.keep('old');
    expect(await find(cache, 'a')).toBeUndefined();
    await keep(cache, 'a', 'new');
    overtaken.keep('old');
    expect(['new', undefined]).toContain(await find(cache, 'a'));
  });

  it('is looked up for many at once', async () => {
    const { cache } = await make(env());
    const ids = Array.from({ length: 500 }, (_, i) => `many-${i}`);
    for (const id of ids.filter((_, i) => i % 2 === 0)) await keep(cache, id, id);
    const looked = await cache.look<string>(
      KIND,
      ids.map((id) => ({ id, tag: `of ${id}` })),
    );
    expect(looked.map(({ value }) => value)).toEqual(ids.map((id, i) => (i % 2 === 0 ? id : undefined)));
  });
});

describe('what is kept in memory', () => {
  it('is forgotten when its time is over', async () => {
    const { cache, clock } = await make({});
    await keep(cache, 'a', 1);
    clock.advance(MINUTE_MS - 1000);
    expect(await find(cache, 'a')).toBe(1);
    clock.advance(1000);
    expect(await find(cache, 'a')).toBeUndefined();
  });

  it('is not given out while another node may change it, nor afterwards', async () => {
    let period: number | undefined = 1;
    const { cache } = await make({}, () => period);
    await keep(cache, 'a', 1);
    const before = await look(cache, 'b');
    period = undefined;
    expect(await find(cache, 'a')).toBeUndefined();
    await keep(cache, 'a', 2);
    period = 2;
    before.keep('read while alone the first time');
    expect([await find(cache, 'a'), await find(cache, 'b')]).toEqual([undefined, undefined]);
  });

  it('is bounded: the oldest goes for the newest', async () => {
    const { cache } = await make({});
    const heavy = { ...KIND, name: 'heavy', weigh: () => 10_000 };
    const put = async (id: string) => (await cache.look(heavy, [{ id, tag: id }]))[0]?.keep(id);
    for (let i = 0; i < 30; i += 1) await put(`heavy-${i}`);
    const has = async (id: string) => (await cache.look(heavy, [{ id, tag: id }]))[0]?.value !== undefined;
    expect([await has('heavy-0'), await has('heavy-29')]).toEqual([false, true]);
  });
});

(hasRedis ? describe : describe.skip)('what is kept in Redis', () => {
  it('is there for its time only', async () => {
    const { cache } = await make(inRedis());
    await keep(cache, 'timed', 1);
    await find(cache, 'timed');
    const client = new Redis(port);
    const left = await client.pttl('parley:cache:test:v:thing:timed');
    client.disconnect();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(MINUTE_MS);
  });

  it('is shared by all nodes of a database, and dropped for all once that is settled', async () => {
    const [{ cache: a }, { cache: b }] = [await make(inRedis()), await make(inRedis())];
    for (let round = 0; round < 50; round += 1) {
      await keep(a, 'shared', round);
      await until(async () => (await find(b, 'shared')) === round);
      const overtaken = await look(b, 'other', 'of shared');
      a.drop(['of shared']);
      await a.settled();
      overtaken.keep('old');
      expect([await find(b, 'shared'), await find(b, 'other', 'of shared')]).toEqual([undefined, undefined]);
    }
  });

  it('is nothing of another database', async () => {
    const { cache } = await make(inRedis());
    await keep(cache, 'a', 'mine');
    const other = createCache(
      { redis: loadConfig({ NODE_ENV: 'test', ...inRedis() }).redis },
      { clock: clockAhead(), logger, wire, alonePeriod: () => undefined },
    );
    caches.push(other);
    await other.open('another');
    await until(() => canKeep(other));
    expect(await find(other, 'a')).toBeUndefined();
  });

  it('is not needed: while Redis is away everything is a miss, which is logged once', async () => {
    const { cache } = await make(inRedis());
    await keep(cache, 'a', 1);
    await killRedis(redis as ChildProcess);
    await until(async () => (await find(cache, 'a')) === undefined);
    for (let i = 0; i < 20; i += 1) {
      await keep(cache, 'a', 2);
      cache.drop(['of a']);
      cache.dropAll();
      await cache.settled();
      expect(await find(cache, 'a')).toBeUndefined();
    }
    expect(lines.filter((line) => line.includes('everything is read from the database'))).toHaveLength(1);
    redis = await startRedis(port, dir);
    await until(() => canKeep(cache));
    expect(lines.some((line) => line.includes('Redis is back'))).toBe(true);
  });

  it('is nothing from before an outage, even where Redis comes back with an older state', async () => {
    const { cache } = await make(inRedis());
    await keep(cache, 'a', 'old');
    expect(await find(cache, 'a')).toBe('old');
    const client = new Redis(port);
    await client.save();
    client.disconnect();
    cache.drop(['of a']);
    await cache.settled();
    await killRedis(redis as ChildProcess);
    await until(async () => (await find(cache, 'probe')) === undefined);
    redis = await startRedis(port, dir);
    await until(() => canKeep(cache));
    const again = new Redis(port);
    expect(await again.exists('parley:cache:test:v:thing:a')).toBe(1);
    again.disconnect();
    expect(await find(cache, 'a')).toBeUndefined();
  });

  it('holds nobody up: a Redis that takes commands and never answers is given up', async () => {
    const { cache } = await make(inRedis());
    await keep(cache, 'a', 1);
    redis?.kill('SIGSTOP');
    try {
      expect(await find(cache, 'a')).toBeUndefined();
      cache.drop(['of a']);
      await cache.settled();
      expect(await find(cache, 'a')).toBeUndefined();
    } finally {
      redis?.kill('SIGCONT');
    }
    await until(() => canKeep(cache));
    expect(await find(cache, 'a')).toBeUndefined();
  });
});
