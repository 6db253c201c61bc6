import { startTestApp, type TestApp } from '../support/app';
import { captureLog } from '../support/log-capture';
import { testMongoUri } from '../support/mongo';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';

let app: TestApp;
let proxy: TcpProxy;
const { logger, lines } = captureLog({ isProduction: true });

beforeAll(async () => {
  const { hostname, port, search } = new URL(testMongoUri());
  proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  app = await startTestApp({
    env: { MONGO_URI: `mongodb://127.0.0.1:${proxy.port}/${search || '?directConnection=true'}` },
    overrides: { logger },
  });
});
afterAll(async () => {
  proxy.open();
  await app.stop();
  await proxy.stop();
});

const ask = async (path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${app.url}${path}`, { headers });
  return { status: response.status, headers: response.headers, body: await response.json() };
};

describe('GET /health/live', () => {
  it('answers ok, without a sign-in and outside the request limit', async () => {
    const { status, body, headers } = await ask('/health/live');
    expect([status, body]).toEqual([200, { status: 'ok' }]);
    expect(headers.get('content-type')).toContain('application/json');
    expect(headers.get('ratelimit')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });
});

/** Whether it is there depends on the machine; that the server is ready does not depend on it. */
const OPTIONAL = expect.objectContaining({ ok: true });

describe('GET /health/ready', () => {
  it('names what the server needs and that it is there', async () => {
    const { status, body } = await ask('/health/ready');
    expect([status, body]).toEqual([
      200,
      { status: 'ok', checks: { mongo: { ok: true }, ffmpeg: OPTIONAL } },
    ]);
  });

  it('answers 503 within seconds while the database is away, and 200 again after', async () => {
    proxy.shut();
    const askedAt = Date.now();
    const { status, body } = await ask('/health/ready');
    expect([status, body]).toEqual([
      503,
      {
        status: 'unavailable',
        checks: { mongo: { ok: false, detail: 'The database does not answer' }, ffmpeg: OPTIONAL },
      },
    ]);
    expect(Date.now() - askedAt).toBeLessThan(3_000);
    expect((await ask('/health/live')).status).toBe(200);
    proxy.open();
    while ((await ask('/health/ready')).status !== 200);
  });

  it('answers 503 within seconds also while the connection to the database hangs', async () => {
    proxy.mute();
    const askedAt = Date.now();
    expect((await ask('/health/ready')).status).toBe(503);
    expect(Date.now() - askedAt).toBeLessThan(3_000);
    proxy.shut();
    proxy.open();
    while ((await ask('/health/ready')).status !== 200);
  });
});

describe('X-Request-Id', () => {
  it("is the caller's own, in the answer and in the access line", async () => {
    const { headers } = await ask('/health/live', { 'x-request-id': 'probe-42' });
    expect(headers.get('x-request-id')).toBe('probe-42');
    const line = lines.map((text) => JSON.parse(text)).find(({ requestId }) => requestId === 'probe-42');
    expect(line).toMatchObject({
      level: 'http',
      message: 'GET /health/live HTTP/1.1',
      status: 200,
      ms: expect.any(Number),
      bytes: 15,
      ip: '127.0.0.1',
    });
  });

  it.each(['two words', 'x'.repeat(129), '<script>'])(
    'is a new one when the caller sent %p',
    async (sent) => {
      const { headers } = await ask('/health/live', { 'x-request-id': sent });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  it('is in a problem too', async () => {
    const { status, body } = await ask('/api/nowhere', { 'x-request-id': 'probe-43' });
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'not_found', requestId: 'probe-43' });
  });
});
