import { once } from 'node:events';
import net from 'node:net';
import { startTestApp, type TestApp } from '../support/app';
import { call, type Person, signUp } from '../support/client';
import { complaints, expectRefusal, HOSTILE_JSON } from '../support/hostile';

const { logger, lines } = complaints();
let app: TestApp;
let alice: Person;
let chatId: string;
beforeAll(async () => {
  app = await startTestApp({ overrides: { logger } });
  // A start may have something to say, such as that there is no ffmpeg.
  lines.length = 0;
  alice = await signUp(app, { name: 'Alice' });
  const bob = await signUp(app, { name: 'Bob' });
  chatId = (await alice.api('POST', '/api/chats/private', { userId: bob.id })).body.chat.id;
});
afterAll(() => app.stop());

afterEach(async () => {
  expect(lines.splice(0)).toEqual([]);
  expect((await call(app.url, 'GET', '/health/live')).status).toBe(200);
});

const send = (rawBody: string, headers: Record<string, string> = {}) =>
  call(app.url, 'POST', '/api/messages', { token: alice.accessToken, rawBody, headers });

/** Writes bytes as they are and gives the first line that comes back, if any. */
async function raw(...chunks: string[]): Promise<string> {
  const socket = net.connect(Number(new URL(app.url).port), '127.0.0.1');
  await once(socket, 'connect');
  let heard = '';
  socket.on('data', (data) => {
    heard += data;
  });
  socket.on('error', () => undefined);
  for (const chunk of chunks) socket.write(chunk);
  socket.end();
  await once(socket, 'close');
  return heard.split('\r\n')[0] ?? '';
}

describe('a body', () => {
  it.each([
    ['is not JSON', '{"chatId": '],
    ['is a bare text', '"hello"'],
    ['is null', 'null'],
    ['is a number', '7'],
    ['is empty', ''],
    ['is a list', '[1, 2, 3]'],
    ['is 10,000 levels deep', HOSTILE_JSON['deep list'] ?? ''],
    ['sets __proto__', '{"__proto__": {"chatId": "x", "content": "y"}}'],
  ])('that %s is validation_failed', async (_what, rawBody) => {
    const answer = await send(rawBody);
    expectRefusal(answer);
    expect(answer.body.code).toBe('validation_failed');
  });

  it('of 1 MB is payload_too_large', async () => {
    const rawBody = JSON.stringify({ chatId, content: { type: 'text', text: 'x'.repeat(1_000_000) } });
    const answer = await send(rawBody);
    expectRefusal(answer);
    expect([answer.status, answer.body.code]).toEqual([413, 'payload_too_large']);
  });

  it.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'garbage',
  ])('of the type %s is refused', async (type) => {
    const answer = await send(JSON.stringify({ chatId, content: 'Hello' }), { 'content-type': type });
    expectRefusal(answer);
    expect(['unsupported_media_type', 'validation_failed']).toContain(answer.body.code);
  });

  it.each([[{ 'content-type': 'application/json; charset=latin-9' }], [{ 'content-encoding': 'nonsense' }]])(
    'with %j is unsupported_media_type',
    async (headers) => {
      const answer = await send(JSON.stringify({ chatId, content: 'Hello' }), headers);
      expectRefusal(answer);
      expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
    },
  );

  it('that says it is compressed but is not is refused', async () => {
    const answer = await send('{"a":1}', { 'content-encoding': 'gzip' });
    expectRefusal(answer);
  });
});

describe('texts that no database keeps as they are', () => {
  it.each(['\ud800', 'a\u0000b', '\udfff\ud800', '\u202e'])(
    '%j can be sent, and sent again',
    async (text) => {
      const body = {
        chatId,
        content: { type: 'text', text: `x${text}` },
        tempId: `key-${JSON.stringify(text)}`,
      };
      const first = await alice.api('POST', '/api/messages', body);
      const again = await alice.api('POST', '/api/messages', body);
      expect([first.status, again.status]).toEqual([201, 200]);
      expect(again.body.message.content).toEqual(first.body.message.content);
      const stored = (await alice.api('GET', `/api/messages/${first.body.message.id}`)).body.message;
      expect(stored.content).toEqual(first.body.message.content);
    },
  );
});

describe('an address', () => {
  it.each([
    `/api/${'x'.repeat(8000)}`,
    `/api/chats/${'a/'.repeat(3000)}`,
    '/api/nothing',
    '/api/%00',
    '/api/..%2f..%2fetc/passwd',
    '/web/..%2f..%2fpackage.json',
    '/web/%00.js',
    '/web/types.d.ts',
    '/nothing/at/all',
  ])('that nothing is at is not_found: %.40s', async (path) => {
    const answer = await call(app.url, 'GET', path, { token: alice.accessToken });
    expectRefusal(answer);
    expect(answer.body.code).toBe('not_found');
  });

  it.each(['/%', '/web/%E0%A4%A', '/api/docs/%ff'])(
    'with a malformed escape is refused: %s',
    async (path) => {
      const answer = await fetch(app.url + path);
      expect([400, 404]).toContain(answer.status);
      const body = (await answer.json()) as { code: string };
      expect(['validation_failed', 'not_found']).toContain(body.code);
    },
  );

  it.each(['PROPFIND', 'TRACE', 'PATCH', 'LOCK'])('is not_found by the method %s', async (method) => {
    const line = await raw(`${method} /api/chats HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(line).toMatch(/^HTTP\/1\.1 (404|401|405)/);
  });
});

describe('a request', () => {
  // What is refused before it was read whole may end in a reset connection.
  it.each([
    [
      'a header of 100 KB',
      `GET /health/live HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(100_000)}\r\n\r\n`,
      /^(HTTP\/1\.1 431|$)/,
    ],
    ['4,000 headers', `GET / HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(4000)}\r\n`, /^(HTTP\/1\.1 431|$)/],
    [
      'an address of 100 KB',
      `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      /^(HTTP\/1\.1 431|$)/,
    ],
    ['no HTTP at all', '\u0000\u0001\u0002 hello\r\n\r\n', /^HTTP\/1\.1 400/],
    ['no Host', 'GET /health/live HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 400/],
    [
      'two lengths',
      'POST /api/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
      /^HTTP\/1\.1 400/,
    ],
    [
      'a length and chunks',
      'POST /api/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1\.1 400/,
    ],
  ])('with %s is refused', async (_what, bytes, expected) => {
    expect(await raw(bytes)).toMatch(expected);
  });

  it('that ends in the middle of its body harms nobody', async () => {
    const head =
      'POST /api/auth/send-otp HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n';
    await raw(head, '{"phoneNumber":');
  });

  it.each([
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    'Bearer a b',
    `Bearer ${'x'.repeat(12_000)}`,
    'Bearer null',
    'Bearer e30.e30.e30',
  ])('with the authorization %.20s is unauthenticated', async (authorization) => {
    const answer = await call(app.url, 'GET', '/api/users/profile', { headers: { authorization } });
    expectRefusal(answer);
    expect(answer.body.code).toBe('unauthenticated');
  });

  it('with an unsigned token, or one signed for another audience, is unauthenticated', async () => {
    const [header, payload] = alice.accessToken.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url');
    for (const token of [`${none}.${payload}.`, `${header}.${payload}.`, `${header}.${payload}.AAAA`]) {
      expect((await call(app.url, 'GET', '/api/users/profile', { token })).body.code).toBe('unauthenticated');
    }
  });
});
