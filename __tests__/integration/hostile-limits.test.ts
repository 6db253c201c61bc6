import { startTestApp, type TestApp } from '../support/app';
import { call, connect, signUp } from '../support/client';
import { UNKNOWN_ID } from '../support/native-world';

let limited: TestApp;
afterEach(() => limited.stop());

describe('too many requests', () => {
  it('are rate_limited with Retry-After, for sign-in sooner than for the rest', async () => {
    limited = await startTestApp({ env: { RATE_LIMIT_MAX: '6', AUTH_RATE_LIMIT_MAX: '2' } });
    const codes: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      const answer = await call(limited.url, 'POST', '/api/auth/send-otp', { body: {} });
      codes.push(answer.body.code);
    }
    for (let i = 0; i < 4; i += 1) {
      const answer = await call(limited.url, 'GET', '/api/users/profile');
      codes.push(answer.body.code);
      if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(codes).toEqual([
      'validation_failed',
      'validation_failed',
      'rate_limited',
      'unauthenticated',
      'unauthenticated',
      'unauthenticated',
      'rate_limited',
    ]);
  });
});

describe('a flood', () => {
  it('of 10,000 events is rate_limited, and others are served meanwhile', async () => {
    limited = await startTestApp({ env: { SOCKET_RATE_LIMIT_MAX: '500' } });
    const [flooder, other] = [await signUp(limited), await signUp(limited)];
    const [flood, calm] = [await connect(limited, flooder), await connect(limited, other)];
    const acks = Promise.all(
      Array.from({ length: 10_000 }, () => flood.ask('typing_start', { chatId: UNKNOWN_ID })),
    );
    const room = (await other.api('POST', '/api/chats/group', { name: 'Calm', memberIds: [] })).body.chat.id;
    expect((await calm.ask('join_chat', { chatId: room })).ok).toBe(true);
    const codes = (await acks).map((ack) => ack.error.code);
    expect(codes.filter((code) => code === 'not_found')).toHaveLength(500);
    expect(codes.filter((code) => code === 'rate_limited')).toHaveLength(9500);
    expect(flood.connected && calm.connected).toBe(true);
    const refused = await flood.ask('typing_stop', { chatId: UNKNOWN_ID });
    expect(refused.error.retryAfter).toBeGreaterThan(0);
    expect((await call(limited.url, 'GET', '/health/live')).status).toBe(200);
    for (const socket of [flood, calm]) socket.disconnect();
  });
});
