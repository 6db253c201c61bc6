import http from 'node:http';
import { call, type Person, type TestSocket } from '../support/client';
import { say, startWorld, textTo, type World } from '../support/native-world';
import { assertMatchesOpenapi } from '../support/openapi';

const TOKEN = 'a-token-of-the-tests';
let world: World;
let alice: Person;
let bob: Person;
let chatId: string;

beforeAll(async () => {
  world = await startWorld();
  [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
  chatId = await world.privateChat(alice, bob);
});
afterAll(() => world.stop());

/** `GET /metrics` with headers that `fetch` would not send. */
function ask(url: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; text: string; headers: http.IncomingHttpHeaders }>(
    (resolve, reject) => {
      http
        .get(`${url}/metrics`, { headers }, (answer) => {
          let text = '';
          answer.setEncoding('utf8').on('data', (chunk) => {
            text += chunk;
          });
          answer.on('end', () => {
            const status = answer.statusCode ?? 0;
            const body = status === 200 ? text : JSON.parse(text);
            assertMatchesOpenapi('GET', '/metrics', status, answer.headers, body);
            resolve({ status, text, headers: answer.headers });
          });
        })
        .on('error', reject);
    },
  );
}

/** The value of one series, 0 where it has none yet. */
async function reading(series: string): Promise<number> {
  const { text } = await ask(world.app.url);
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? 0);
}

/** By how much each series grew during `work`. */
async function growth(series: string[], work: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await Promise.all(series.map(reading));
  await work();
  const after = await Promise.all(series.map(reading));
  return Object.fromEntries(series.map((name, i) => [name, (after[i] ?? 0) - (before[i] ?? 0)]));
}

describe('a conversation', () => {
  it('moves what is counted of messages, receipts, events and writes', async () => {
    const [a, b] = [await world.socket(alice), await world.socket(bob)];
    const series = [
      'parley_messages_total{type="text"}',
      'parley_messages_total{type="location"}',
      'parley_receipts_total{kind="delivered"}',
      'parley_receipts_total{kind="read"}',
      'parley_socket_events_total{event="send_message",outcome="ok"}',
      'parley_socket_events_total{event="send_message",outcome="validation_failed"}',
      'parley_socket_events_total{event="other",outcome="not_found"}',
      'parley_http_request_duration_seconds_count{method="POST",route="/api/messages",status="2xx"}',
    ];
    const grown = await growth(series, () => converse(a, b));
    expect(grown).toEqual({
      'parley_messages_total{type="text"}': 3,
      'parley_messages_total{type="location"}': 1,
      'parley_receipts_total{kind="delivered"}': 3,
      'parley_receipts_total{kind="read"}': 4,
      'parley_socket_events_total{event="send_message",outcome="ok"}': 2,
      'parley_socket_events_total{event="send_message",outcome="validation_failed"}': 1,
      'parley_socket_events_total{event="other",outcome="not_found"}': 2,
      'parley_http_request_duration_seconds_count{method="POST",route="/api/messages",status="2xx"}': 2,
    });
    expect(await reading('parley_sockets')).toBe(2);
    expect(await reading('parley_socket_transports')).toBe(2);
    expect(await reading('parley_journal_pending')).toBe(0);
    expect(await reading('parley_journal_flush_rows_sum')).toBeGreaterThanOrEqual(4);
    expect(await reading('parley_journal_flush_duration_seconds_count')).toBeGreaterThanOrEqual(1);
  });

  async function converse(a: TestSocket, b: TestSocket) {
    const first = await a.ask('send_message', textTo(chatId, 'one'));
    await a.ask('send_message', textTo(chatId, 'two'));
    const third = await say(alice, chatId, 'three');
    await b.ask('message_delivered', { messageId: third.id });
    const place = { chatId, content: { type: 'location', latitude: 1, longitude: 2 } };
    const { message } = (await alice.api('POST', '/api/messages', place)).body;
    await b.ask('mark_read', { chatId, seq: message.seq });
    await b.ask('mark_read', { chatId, seq: first.message.seq });
    await a.ask('send_message', { chatId, content: { type: 'text' } });
    for (const name of ['no_such_event', 'x'.repeat(500)]) await a.ask(name, {});
  }

  it('has each answer under the template of its route, and one name for all that is no route', async () => {
    const route =
      'parley_http_request_duration_seconds_count{method="GET",route="/api/users/{userId}",status="2xx"}';
    const unknown = 'parley_http_request_duration_seconds_count{method="GET",route="other",status="4xx"}';
    const grown = await growth([route, unknown], async () => {
      await alice.api('GET', `/api/users/${bob.id}`);
      for (const path of ['/.env', '/api/no/such/route', `/${'a/'.repeat(50)}`])
        await call(world.app.url, 'GET', path);
    });
    expect(grown).toEqual({ [route]: 1, [unknown]: 3 });
    expect((await ask(world.app.url)).text).not.toContain(bob.id);
  });

  it('counts a call once, by how it ended', async () => {
    const grown = await growth(['parley_calls_total{status="declined"}'], async () => {
      const { call: made } = (
        await alice.api('POST', '/api/calls/initiate', { calleeId: bob.id, type: 'audio' })
      ).body;
      await bob.api('PUT', `/api/calls/${made.id}/end`);
      await bob.api('PUT', `/api/calls/${made.id}/end`);
    });
    expect(grown).toEqual({ 'parley_calls_total{status="declined"}': 1 });
  });

  it('shows the process and the connections to the database', async () => {
    const { text, headers } = await ask(world.app.url);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(headers['cache-control']).toBe('no-store');
    for (const name of [
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_p99_seconds',
      'nodejs_heap_size_used_bytes',
    ])
      expect(text).toMatch(new RegExp(`^${name} `, 'm'));
    expect(await reading('parley_mongo_pool_in_use')).toBeGreaterThanOrEqual(0);
    expect(await reading('parley_mongo_pool_waiting')).toBe(0);
    expect(await reading('parley_database_away')).toBe(0);
    expect(await reading('parley_mongo_pool_max')).toBe(50);
  });
});

describe('/metrics without a token', () => {
  it.each([
    ['through a proxy', { 'x-forwarded-for': '203.0.113.7' }],
    ['through another proxy', { forwarded: 'for=203.0.113.7' }],
    ['through a proxy that names itself', { via: '1.1 proxy' }],
    ['by the name of a page elsewhere', { host: 'rebound.example.org' }],
    ['by a name that only begins like this machine', { host: 'localhost.example.org' }],
  ])('is not there for a caller %s', async (_who, headers) => {
    expect((await ask(world.app.url, headers)).status).toBe(404);
  });

  it('does not let a token in that nobody set', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.7', authorization: 'Bearer undefined' };
    expect((await ask(world.app.url, headers)).status).toBe(404);
  });

  it('is for reading only', async () => {
    expect((await call(world.app.url, 'POST', '/metrics', { body: {} })).status).toBe(404);
  });
});

describe('/metrics with a token', () => {
  let guarded: World;

  beforeAll(async () => {
    guarded = await startWorld({ METRICS_TOKEN: TOKEN, TRUST_PROXY: '1' });
  });
  afterAll(() => guarded.stop());

  it('is for who brings it, from anywhere', async () => {
    const headers = {
      authorization: `Bearer ${TOKEN}`,
      'x-forwarded-for': '203.0.113.7',
      host: 'chat.example.org',
    };
    expect((await ask(guarded.app.url, headers)).text).toContain('parley_sockets 0');
  });

  it.each([
    ['nothing', {}],
    ['another token', { authorization: `Bearer ${TOKEN}x` }],
    ['a part of it', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['it in another scheme', { authorization: `Basic ${TOKEN}` }],
  ])('refuses who brings %s, also on this machine', async (_what, headers) => {
    expect((await ask(guarded.app.url, headers)).status).toBe(401);
  });
});
