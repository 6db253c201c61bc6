import type { ChildProcess } from 'node:child_process';
import { freePort } from '../../scripts/bench/free-port';
import { startTestApp, type TestApp } from '../support/app';
import { connect, type Person, signUp, type TestSocket } from '../support/client';
import { captureLog } from '../support/log-capture';
import { uniqueDbName } from '../support/mongo';
import { hasRedis, killRedis, startRedis } from '../support/redis';

const whereRedisIs = hasRedis ? describe : describe.skip;

whereRedisIs('two nodes with SOCKET_ADAPTER=redis', () => {
  const { logger, lines } = captureLog({ isProduction: true });
  const sockets: TestSocket[] = [];
  let redis: ChildProcess;
  let port: number;
  let a: TestApp;
  let b: TestApp;
  let ann: Person;
  let ben: Person;
  let chatId: string;
  let here: TestSocket;
  let there: TestSocket;

  beforeAll(async () => {
    port = await freePort();
    redis = await startRedis(port);
    const dbName = uniqueDbName('redis_away');
    const env = { SOCKET_ADAPTER: 'redis', REDIS_HOST: '127.0.0.1', REDIS_PORT: String(port) };
    a = await startTestApp({ dbName, env, overrides: { logger } });
    b = await startTestApp({ dbName, env });
    [ann, ben] = [await signUp(a, { name: 'Ann' }), await signUp(a, { name: 'Ben' })];
    chatId = (await ann.api('POST', '/api/chats/private', { userId: ben.id })).body.chat.id;
    here = await connect(a, ann);
    there = await connect(b, ben);
    sockets.push(here, there);
  });
  afterAll(async () => {
    for (const socket of sockets) socket.disconnect();
    await b.stop();
    await a.stop();
    await killRedis(redis);
  });

  /** Types again and again until the other node's client sees it. */
  async function typingCrosses(): Promise<void> {
    const before = there.heard('user_typing').length;
    while (there.heard('user_typing').length === before) {
      await here.ask('typing_start', { chatId });
      await here.ask('typing_stop', { chatId });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async function messageCrosses(text: string): Promise<void> {
    const { message } = await here.ask('send_message', {
      chatId,
      content: { type: 'text', text },
      tempId: text,
    });
    await there.waitFor('new_message', (heard) => heard.message.id === message.id);
  }

  it('lose what passes and nothing else while Redis is away, say so, and go on when it is back', async () => {
    await typingCrosses();
    await messageCrosses('with Redis');

    await killRedis(redis);
    await messageCrosses('without Redis');
    const before = there.heard('user_typing').length;
    await here.ask('typing_start', { chatId });
    await messageCrosses('still without Redis');
    expect(there.heard('user_typing')).toHaveLength(before);
    expect((await ann.api('GET', '/api/chats')).status).toBe(200);
    const late = await connect(b, ann);
    sockets.push(late);
    expect((await late.ask('sync:request', { cursors: {} })).messages).toHaveLength(3);
    expect(lines.some((line) => line.includes('Redis is away'))).toBe(true);
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);

    redis = await startRedis(port);
    await typingCrosses();
    await messageCrosses('with Redis again');
  });
});
