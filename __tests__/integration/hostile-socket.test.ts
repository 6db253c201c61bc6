import { isDeepStrictEqual } from 'node:util';
import { clientEvents, type EventDocument } from '../../src/docs/asyncapi-operations';
import { asList, asObject, resolveRef } from '../../src/docs/documents';
import { startTestApp, type TestApp } from '../support/app';
import { assertAckMatchesAsyncapi, asyncapiOf } from '../support/asyncapi';
import { connect, openSocket, type Person, signUp, type TestSocket } from '../support/client';
import { SOCKET_IO_DIALECTS } from '../support/dialects';
import { complaints, HOSTILE_JSON, withField } from '../support/hostile';
import { UNKNOWN_ID } from '../support/native-world';

const { logger, lines } = complaints();
/** Every client event of every dialect, to be sent on a connection that speaks it. */
const events = ['native', ...SOCKET_IO_DIALECTS].flatMap((dialect) =>
  clientEvents(asyncapiOf(dialect))
    .filter((event) => dialect === 'native' || !isNative(event))
    .map(({ name, message }) => ({
      dialect,
      name,
      payload: resolveRef(asyncapiOf(dialect), message.payload),
      example: asObject(asObject(asList(message.examples)[0]).payload),
    })),
);
/** True for an event that a dialect's document only shows once more. */
function isNative({ name, message }: EventDocument): boolean {
  const native = clientEvents(asyncapiOf('native')).find((event) => event.name === name);
  return isDeepStrictEqual(native?.message, message);
}

const named = (list: typeof events) => list.map((event) => [event.dialect, event.name, event] as const);

let app: TestApp;
let alice: Person;
let bob: Person;
let chatId: string;
let messageId: string;
let bystander: TestSocket;
let hostile: TestSocket;
beforeAll(async () => {
  app = await startTestApp({ overrides: { logger } });
  // A start may have something to say, such as that there is no ffmpeg.
  lines.length = 0;
  [alice, bob] = [await signUp(app, { name: 'Alice' }), await signUp(app, { name: 'Bob' })];
  chatId = (await alice.api('POST', '/api/chats/private', { userId: bob.id })).body.chat.id;
  messageId = (await alice.api('POST', '/api/messages', { chatId, content: 'Hello' })).body.message.id;
  bystander = await connect(app, bob);
});
beforeEach(async () => {
  hostile = await connect(app, alice);
});
afterEach(async () => {
  hostile.disconnect();
  expect(lines.splice(0)).toEqual([]);
  expect(bystander.connected).toBe(true);
  expect((await bystander.ask('join_chat', { chatId })).ok).toBe(true);
});
afterAll(async () => {
  bystander.disconnect();
  await app.stop();
});

interface Ack {
  ok: boolean;
  error?: { code: string };
}

/** Sends the text of a packet as it is; `raw` answers are read as events. */
function sendPacket(socket: TestSocket, packet: string): void {
  socket.io.engine.write(packet as never);
}

let nextAck = 1_000_000;

/** Sends an event whose arguments are raw JSON, and resolves to the acknowledgement. */
async function askRaw(socket: TestSocket, event: string, rawJson: string): Promise<Ack> {
  const id = nextAck;
  nextAck += 1;
  const acknowledged = new Promise<Ack>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${event} was not acknowledged`)), 10_000);
    const acks = (socket as unknown as { acks: Record<number, (...args: Ack[]) => void> }).acks;
    acks[id] = (ack) => {
      clearTimeout(late);
      resolve(ack);
    };
  });
  sendPacket(socket, `2${id}[${JSON.stringify(event)},${rawJson}]`);
  return acknowledged;
}

function expectHandled(ack: Ack, event: string, what: string, dialect: string): void {
  if (ack.error?.code === 'internal') throw new Error(`${event} with ${what} is internal`);
  assertAckMatchesAsyncapi(event, ack, dialect);
}

function validPayload(example: object): Record<string, unknown> {
  const own = {
    token: alice.accessToken,
    deviceId: 'other',
    userId: alice.id,
    callerId: alice.id,
    calleeId: bob.id,
    senderId: alice.id,
    receiverId: bob.id,
  };
  const known: Record<string, unknown> = { chatId, conversationId: chatId, messageId, ...own };
  return Object.fromEntries(Object.entries(example).map(([key, value]) => [key, known[key] ?? value]));
}

describe.each(named(events))('in %s: %s', (dialect, name, { payload, example }) => {
  beforeEach(async () => {
    hostile.disconnect();
    hostile = await connect(app, alice, { auth: { token: alice.accessToken, dialect } });
  });

  it('refuses or bears any payload at all', async () => {
    for (const [kind, value] of Object.entries(HOSTILE_JSON)) {
      expectHandled(await askRaw(hostile, name, value), name, kind, dialect);
    }
    const bare = (await hostile.ask(name)) as Ack;
    expectHandled(bare, name, 'nothing', dialect);
    expect(bare.ok).toBe(asList(payload.type).includes('null'));
    expect(hostile.connected).toBe(true);
  });

  it('refuses or bears any value in any field', async () => {
    const nested =
      'content' in asObject(payload.properties) ? ['content.type', 'content.text', 'content.url'] : [];
    const cursors = name === 'sync:request' ? [`cursors.${UNKNOWN_ID}`, 'cursors.x'] : [];
    for (const field of [...Object.keys(asObject(payload.properties)), ...nested, ...cursors]) {
      for (const [kind, value] of Object.entries(HOSTILE_JSON)) {
        const raw = withField(validPayload(example), field, value);
        expectHandled(await askRaw(hostile, name, raw), name, `${field}: ${kind}`, dialect);
      }
    }
    expect(hostile.connected).toBe(true);
  });

  it('refuses a text of 1 MB and binary data as validation_failed and keeps the connection', async () => {
    for (const field of asList(payload.required) as string[]) {
      for (const value of ['x'.repeat(1_000_000), Buffer.alloc(1_000_000)]) {
        const ack = (await hostile.ask(name, { ...validPayload(example), [field]: value })) as Ack;
        expect(ack.error?.code).toBe('validation_failed');
      }
    }
    const ack = (await hostile.ask(name, Buffer.alloc(3_000_000))) as Ack;
    if (!asList(payload.type).includes('null')) expect(ack.error?.code).toBe('validation_failed');
    expect(hostile.connected).toBe(true);
  });
});

describe("somebody else's and unknown ids", () => {
  const withIds = events.filter(({ example }) =>
    ['chatId', 'messageId', 'conversationId'].some((field) => field in example),
  );
  it.each(named(withIds))(
    'are not_found in %s: %s, with the same words',
    async (_dialect, name, { example }) => {
      const eve = await signUp(app, { name: 'Eve' });
      const socket = await connect(app, eve);
      const hers = Object.fromEntries(
        Object.entries(validPayload(example)).map(([key, value]) => [
          key,
          value === alice.id ? eve.id : value,
        ]),
      );
      const foreign = await socket.ask(name, hers);
      const unknown = Object.fromEntries(
        Object.entries(hers).map(([key, value]) => [
          key,
          /Id$/.test(key) && value !== eve.id && !['tempId', 'clientMessageId'].includes(key)
            ? UNKNOWN_ID
            : value,
        ]),
      );
      expect(foreign.error?.code).toBe('not_found');
      expect((await socket.ask(name, unknown)).error).toEqual(foreign.error);
      socket.disconnect();
    },
  );
});

describe('a tempId that no database can keep', () => {
  it('is refused each time, and holds back nothing', async () => {
    const send = (tempId: string) => hostile.ask('send_message', { chatId, content: 'Hello', tempId });
    for (const tempId of ['\ud800', '\ud800', 'x\udc00y'])
      expect((await send(tempId)).error).toMatchObject({ code: 'validation_failed' });
    expect((await send('\u{1f600} is whole')).ok).toBe(true);
  });
});

describe('an event', () => {
  it.each([
    'no_such_event',
    'toString',
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'error',
    'new_message',
    'x'.repeat(1_000_000),
  ])('that is not known is not_found: %.20s', async (name) => {
    const ack = await hostile.ask(name, { chatId });
    expect(ack).toEqual({ ok: false, error: { code: 'not_found', message: expect.any(String) } });
  });

  it('with a number for a name is refused without harm', async () => {
    sendPacket(hostile, '2[5,{}]');
    expect((await hostile.waitFor('operation-error')).code).toBe('not_found');
    sendPacket(hostile, '2[1e999,{}]');
    expect((await hostile.ask('join_chat', { chatId })).ok).toBe(true);
  });

  it('with something else than a function for a callback fails by operation-error', async () => {
    hostile.emit('send_message', { chatId }, 'not a function', 7, null);
    expect(await hostile.waitFor('operation-error')).toMatchObject({
      code: 'validation_failed',
      event: 'send_message',
    });
  });

  it('names the event in operation-error by no more than 100 characters', async () => {
    hostile.emit('y'.repeat(100_000));
    expect((await hostile.waitFor('operation-error')).event).toHaveLength(100);
  });

  it.each(['authenticate', 'send_message'])(
    'without callback and payload does not end the connection: %s',
    async (name) => {
      hostile.emit(name);
      await hostile.waitFor(name === 'authenticate' ? 'authentication_error' : 'operation-error');
      expect(hostile.connected).toBe(true);
    },
  );
});

describe('a broken packet', () => {
  it.each([
    '2',
    '2[]',
    '2[null]',
    '2[{}]',
    '2{"a":1}',
    '2[["send_message"]]',
    '9',
    'x',
    '3',
    '31[]',
    '3999999["x"]',
    '4{}',
    '2["connect"]',
    '2["disconnect",{}]',
    '2["newListener",{}]',
    '51-["send_message"]',
    '599999-["send_message"]',
    '51-["send_message",{"_placeholder":true,"num":5}]',
    '6',
    `2["send_message",${'['.repeat(200_000)}`,
    '0',
    '0/other,',
    '1/other,',
    `2[${HOSTILE_JSON['deep list']}]`,
  ])('ends at most the connection it came on: %.40s', async (packet) => {
    sendPacket(hostile, packet);
    sendPacket(hostile, packet);
    const lost = new Promise((resolve) => hostile.once('disconnect', resolve));
    const answered = hostile
      .timeout(3000)
      .emitWithAck('join_chat', { chatId })
      .catch(() => undefined);
    await Promise.race([lost, answered]);
  });

  it('of more than 4 MB ends the connection it came on', async () => {
    const lost = new Promise((resolve) => hostile.once('disconnect', resolve));
    hostile.emit('send_message', { chatId, content: 'x'.repeat(5_000_000) });
    await lost;
  });

  it('or a handshake with odd fields lets nobody in', async () => {
    for (const auth of [
      { token: { $ne: null } },
      { token: ['x'] },
      { token: 7 },
      { token: 'x'.repeat(1_000_000) },
      { token: `Bearer ${UNKNOWN_ID}` },
      { token: null, dialect: { $ne: 1 } },
      { dialect: '__proto__' },
      {},
    ]) {
      const socket = openSocket(app.url, { auth, query: { dialect: 'constructor' } });
      await new Promise<void>((resolve) => {
        socket.once('connect', resolve);
        socket.once('connect_error', () => resolve());
      });
      if (socket.connected)
        expect((await socket.ask('join_chat', { chatId })).error.code).toBe('unauthenticated');
      socket.disconnect();
    }
  });
});
