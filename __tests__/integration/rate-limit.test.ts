import type { ChildProcess } from 'node:child_process';
import { freePort } from '../../scripts/bench/free-port';
import { loadConfig } from '../../src/config/env';
import { createRateLimiter } from '../../src/providers/rate-limiter';
import { connectRedis } from '../../src/providers/redis';
import { startTestApp, type TestApp } from '../support/app';
import { call } from '../support/client';
import { captureLog } from '../support/log-capture';
import { hasRedis, killRedis as kill, startRedis } from '../support/redis';

const LIMITS = { RATE_LIMIT_MAX: '6', AUTH_RATE_LIMIT_MAX: '3' };
const running: TestApp[] = [];

const withRedis = hasRedis ? it : it.skip;

async function start(env: Record<string, string>, logger = captureLog({ isProduction: true }).logger) {
  const app = await startTestApp({ env: { ...LIMITS, ...env }, overrides: { logger } });
  running.push(app);
  return app;
}

afterEach(async () => {
  for (const app of running.splice(0)) await app.stop();
});

const countries = (app: TestApp, headers: Record<string, string> = {}) =>
  call(app.url, 'GET', '/api/auth/countries', { headers });
const refresh = (app: TestApp) =>
  call(app.url, 'POST', '/api/auth/refresh-token', { body: { refreshToken: 'none of ours' } });
const standing = (answer: { headers: Headers }) =>
  ['limit', 'remaining'].map((name) => Number(answer.headers.get(`ratelimit-${name}`)));

describe('the request limit', () => {
  it('tells on every answer where the caller stands', async () => {
    const app = await start({});
    const first = await countries(app);
    expect(standing(first)).toEqual([6, 5]);
    const reset = Number(first.headers.get('ratelimit-reset'));
    expect(reset).toBeGreaterThan(890);
    expect(reset).toBeLessThanOrEqual(900);
    expect(first.headers.get('ratelimit')).toBe(`limit=6, remaining=5, reset=${reset}`);
    expect(first.headers.get('ratelimit-policy')).toBe('6;w=900');
    expect(standing(await call(app.url, 'GET', '/api/nowhere'))).toEqual([6, 4]);
  });

  it('answers 429 with Retry-After and a problem past it, whatever is asked for', async () => {
    const app = await start({});
    for (let i = 0; i < 6; i += 1) expect((await countries(app)).status).toBe(200);
    const refused = await countries(app);
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(890);
    expect(standing(refused)).toEqual([6, 0]);
    expect((await fetch(`${app.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${app.url}/`)).status).toBe(200);
  });

  it('is stricter for the sign-in routes a stranger can call', async () => {
    const app = await start({});
    for (let i = 0; i < 3; i += 1) expect((await refresh(app)).status).toBe(401);
    const refused = await refresh(app);
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    expect(standing(refused)).toEqual([3, 0]);
    expect((await countries(app)).status).toBe(200);
  });

  it('counts the address before the trusted proxies, and believes nobody else', async () => {
    const behindOne = await start({ TRUST_PROXY: '1' });
    await countries(behindOne, { 'x-forwarded-for': '203.0.113.7' });
    expect(standing(await countries(behindOne, { 'x-forwarded-for': '203.0.113.8' }))).toEqual([6, 5]);
    await behindOne.stop();
    running.pop();
    const direct = await start({});
    await countries(direct, { 'x-forwarded-for': '203.0.113.7' });
    expect(standing(await countries(direct, { 'x-forwarded-for': '203.0.113.8' }))).toEqual([6, 4]);
  });
});

describe('the request limit in Redis', () => {
  let redis: ChildProcess;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    if (hasRedis) redis = await startRedis(port);
  });
  afterAll(async () => {
    if (hasRedis) await kill(redis);
  });

  const env = () => ({ REDIS_HOST: '127.0.0.1', REDIS_PORT: String(port) });

  withRedis('outlives a restart, and goes on in memory when Redis dies', async () => {
    const first = await startConnected(env());
    for (let i = 0; i < 4; i += 1) await countries(first.app);
    await first.app.stop();
    running.splice(0);

    const { app, lines } = await startConnected(env());
    expect(standing(await countries(app))).toEqual([6, 1]);

    await kill(redis);
    for (let i = 0; i < 3; i += 1) expect((await countries(app)).status).toBe(200);
    await waitForLine(lines, 'Redis is away', 1);
    expect(lines.some((line) => line.includes('"level":"error"'))).toBe(false);

    redis = await startRedis(port);
    await waitForLine(lines, 'Redis is connected', 2);
    expect(standing(await countries(app))).toEqual([6, 5]);
  });

  withRedis('counts several servers together', async () => {
    const { logger, lines } = captureLog({ isProduction: true });
    const clients = [1, 2].map(() => connectRedis(loadConfig(env()).redis, logger));
    await waitForLine(lines, 'Redis is connected', 2);
    const limiters = clients.map((client) =>
      createRateLimiter({ name: 'together', max: 6, windowSeconds: 60, redis: client }),
    );
    for (const limiter of [...limiters, ...limiters]) await limiter.consume('203.0.113.7');
    for (const limiter of limiters) expect((await limiter.get('203.0.113.7'))?.consumedPoints).toBe(4);
    for (const client of clients) client?.disconnect();
  });

  async function startConnected(settings: Record<string, string>) {
    const { logger, lines } = captureLog({ isProduction: true });
    const app = await start(settings, logger);
    await waitForLine(lines, 'Redis is connected', 1);
    return { app, lines };
  }
});

async function waitForLine(lines: string[], text: string, times: number): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (lines.filter((line) => line.includes(text)).length < times) {
    if (Date.now() > deadline) throw new Error(`"${text}" was not logged ${times} time(s)`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
