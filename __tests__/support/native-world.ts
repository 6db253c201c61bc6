/** What conformance tests share: the key lists of contract section 4, written by hand, and two people who chat. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../src/types/clock';
import { startTestApp, type TestApp } from './app';
import { assertMatchesAsyncapi } from './asyncapi';
import { connect, freshPhone, type Person, signUp, type TestSocket } from './client';

export const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
export const UNKNOWN_ID = 'f'.repeat(24);

export const PUBLIC_USER_KEYS = sorted('id name username bio avatarUrl online lastSeenAt');
export const SELF_KEYS = sorted(
  'id name username bio avatarUrl online lastSeenAt phoneNumber email socketIds devices privacy settings createdAt',
);
export const CHAT_KEYS = sorted(
  'id type name avatarUrl description members memberCount lastMessage unreadCount seq rev disappearingSeconds settings createdAt updatedAt',
);
export const MESSAGE_KEYS = sorted(
  'id chatId seq rev senderId content replyTo forwardedFrom reactions status tempId createdAt editedAt deletedAt',
);
export const PROBLEM_KEYS = sorted('type title status detail code requestId');

export function keysOf(value: object): string[] {
  return Object.keys(value).sort();
}

function sorted(words: string): string[] {
  return words.split(' ').sort();
}

/** A clock that runs with the real one and can be moved ahead. */
export function clockAhead(): Clock & { advance(ms: number): void } {
  let aheadMs = 0;
  return {
    now: () => new Date(Date.now() + aheadMs),
    advance(ms) {
      aheadMs += ms;
    },
  };
}

export interface World {
  app: TestApp;
  clock: ReturnType<typeof clockAhead>;
  /** Signs somebody up; given a person, signs them in on one more device, after the wait between two codes. */
  person(name: string): Promise<Person>;
  deviceOf(person: Person, deviceId?: string): Promise<Person>;
  /** Opens a socket that `stop` closes, and whose events are held against the AsyncAPI document. */
  socket(person: Person, dialect?: string): Promise<TestSocket>;
  privateChat(a: Person, b: Person): Promise<string>;
  group(owner: Person, members: Array<Pick<Person, 'id'>>, name?: string): Promise<string>;
  stop(): Promise<void>;
}

/** The whole product with people in it; the clock can be moved. */
export async function startWorld(env: Record<string, string> = {}): Promise<World> {
  const clock = clockAhead();
  const app = await startTestApp({ env, overrides: { clock } });
  const sockets: TestSocket[] = [];
  return {
    app,
    clock,
    person: (name) => signUp(app, { name, phoneNumber: freshPhone() }),
    async deviceOf({ phoneNumber }, deviceId) {
      clock.advance(31_000);
      return signUp(app, { phoneNumber, deviceId });
    },
    async socket(person, dialect = 'native') {
      const socket = await connect(app, person, { auth: { token: person.accessToken, dialect } });
      sockets.push(socket);
      socket.onAny((event: string, payload: unknown) => assertMatchesAsyncapi(event, payload, dialect));
      return socket;
    },
    privateChat: async (a, b) => (await a.api('POST', '/api/chats/private', { userId: b.id })).body.chat.id,
    async group(owner, members, name = 'Friends') {
      const memberIds = members.map(({ id }) => id);
      return (await owner.api('POST', '/api/chats/group', { name, memberIds })).body.chat.id;
    },
    async stop() {
      for (const socket of sockets) socket.disconnect();
      await app.stop();
    },
  };
}

/** A text message as the seed sends it. */
export function textTo(chatId: string, text: string) {
  return { chatId, content: { type: 'text', text }, tempId: randomUUID() };
}

/** Sends a text over REST and gives the message. */
export async function say(person: Person, chatId: string, text: string) {
  return (await person.api('POST', '/api/messages', textTo(chatId, text))).body.message;
}
