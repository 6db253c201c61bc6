/** A client of each seed, with no more of its seed's words than a conversation takes; what they hear is held against its document. */
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { WebSocket } from 'ws';
import { AVAILABLE_DIALECTS } from '../../src/config/env-dialects';
import { assertMatchesAsyncapi } from '../support/asyncapi';
import { call, connect, freshPhone, type Person, signUp, type TestSocket } from '../support/client';
import type { World } from '../support/native-world';

/** What a message becomes in the words of who hears it. */
export interface Heard {
  id: string;
  text: string;
  senderId: string;
}

export interface Speaker {
  dialect: string;
  id: string;
  /** Opens the chat of the two, or finds it. */
  open(other: Speaker): Promise<string>;
  /** Sends a text into a chat; `other` is whom it is with when it is of two. */
  say(chatId: string, text: string, other: Speaker): Promise<void>;
  /** The first message with this text, now or later. */
  hears(text: string): Promise<Heard>;
  /** How often the text was heard so far. */
  timesHeard(text: string): number;
  /** Does what in its seed makes a message read. */
  reads(chatId: string, messageId: string): Promise<void>;
  /** Waits for what its seed tells a sender of a message that `reader` has read. */
  learnsItIsRead(messageId: string, reader: Speaker): Promise<void>;
  close(): void;
}

type MakeSpeaker = (world: World, name: string) => Promise<Speaker>;

/** What differs between those who speak over Socket.IO. */
interface Words {
  dialect: string;
  /** The event by which they hear of a message. */
  event: string;
  toHeard(payload: never): Heard;
  open: Speaker['open'];
  say(chatId: string, text: string, other: Speaker): Promise<unknown>;
  read(chatId: string, messageId: string): Promise<unknown>;
  /** What they hear of a message of theirs that was read, and the word for it. */
  receipt: [event: string, readWord: string | undefined];
}

function speaker(socket: TestSocket, id: string, words: Words): Speaker {
  const { dialect, event, toHeard, receipt } = words;
  const [receiptEvent, readWord] = receipt;
  const hasText = (text: string) => (payload: unknown) => toHeard(payload as never).text === text;
  return {
    dialect,
    id,
    open: words.open,
    async say(chatId, text, other) {
      await words.say(chatId, text, other);
    },
    hears: async (text) => toHeard((await socket.waitFor(event, hasText(text))) as never),
    timesHeard: (text) => socket.heard(event).filter(hasText(text)).length,
    async reads(chatId, messageId) {
      await words.read(chatId, messageId);
    },
    async learnsItIsRead(messageId, reader) {
      await socket.waitFor(
        receiptEvent,
        (told) => told.messageId === messageId && told.userId === reader.id && told.status === readWord,
      );
    },
    close: () => socket.disconnect(),
  };
}

async function ask(socket: TestSocket, event: string, payload?: object): Promise<void> {
  const ack = await socket.ask(event, payload);
  if (ack.ok !== true) throw new Error(`${event}: ${JSON.stringify(ack)}`);
}

/** Seed 002. */
const native: MakeSpeaker = async (world, name) => {
  const me = await signUp(world.app, { name });
  const socket = await world.socket(me);
  return speaker(socket, me.id, {
    dialect: 'native',
    event: 'new_message',
    toHeard: ({ message }: { message: { id: string; senderId: string; content: { text: string } } }) => ({
      id: message.id,
      text: message.content.text,
      senderId: message.senderId,
    }),
    open: async (other) => (await me.api('POST', '/api/chats/private', { userId: other.id })).body.chat.id,
    say: (chatId, text) =>
      ask(socket, 'send_message', { chatId, content: { type: 'text', text }, tempId: randomUUID() }),
    read: (chatId, messageId) => ask(socket, 'message_read', { messageId, chatId }),
    receipt: ['message_status_update', 'read'],
  });
};

/** Seed 000. */
const v1: MakeSpeaker = async (world, name) => {
  const { url } = world.app;
  const phoneNumber = freshPhone();
  await call(url, 'POST', '/api/v1/auth/request-otp', { body: { phoneNumber } });
  const { body } = await call(url, 'POST', '/api/v1/auth/verify-otp', {
    body: { phoneNumber, otp: '123456', deviceId: randomUUID() },
  });
  const me = personOf(url, body);
  await me.api('PUT', '/api/v1/users/me', { name });
  const socket = await connect(world.app, me);
  return speaker(socket, me.id, {
    dialect: 'v1',
    event: 'message:new',
    toHeard: ({ id, content, senderId }: { id: string; content: string; senderId: string }) => ({
      id,
      text: content,
      senderId,
    }),
    open: async (other) =>
      (await me.api('POST', '/api/v1/chat/conversations/direct', { userId: other.id })).body.conversation.id,
    say: (conversationId, content) =>
      ask(socket, 'message:send', { conversationId, type: 'text', content, clientMessageId: randomUUID() }),
    read: (conversationId) => ask(socket, 'message:read', { conversationId }),
    receipt: ['message:status', 'read'],
  });
};

/** Seed 001. */
const kebab: MakeSpeaker = async (world, name) => {
  const { url } = world.app;
  const { body } = await call(url, 'POST', '/api/auth/register', {
    body: { name, email: `${randomUUID()}@example.org`, password: 'correct horse battery' },
  });
  const me = personOf(url, body);
  const socket = await connect(world.app, me);
  await ask(socket, 'app-opened');
  return speaker(socket, me.id, {
    dialect: 'kebab',
    event: 'new-message',
    toHeard: (message: { id: string; content: { text: string }; senderId: string }) => ({
      id: message.id,
      text: message.content.text,
      senderId: message.senderId,
    }),
    open: async (other) =>
      (await me.api('POST', '/api/chats', { type: 'private', memberIds: [other.id] })).body.chat.id,
    say: (chatId, text) => me.api('POST', `/api/chats/${chatId}/messages`, { content: text }),
    read: (chatId) => ask(socket, 'join-chat', { chatId }),
    receipt: ['message-status-update', 'READ'],
  });
};

/** Seed 003, which documents no sign-in of its own. */
const direct: MakeSpeaker = async (world, name) => {
  const me = await signUp(world.app, { name });
  const socket = await world.socket(me, 'direct');
  return speaker(socket, me.id, {
    dialect: 'direct',
    event: 'private-message',
    toHeard: ({
      messageId,
      content,
      senderId,
    }: {
      messageId: string;
      content: string;
      senderId: string;
    }) => ({
      id: messageId,
      text: content,
      senderId,
    }),
    // There are no chats in its words: the first message opens one.
    open: async () => '',
    say: (_, content, other) =>
      ask(socket, 'private-message', { senderId: me.id, receiverId: other.id, content }),
    read: (_, messageId) => ask(socket, 'message-seen', { messageId, userId: me.id }),
    receipt: ['message-seen', undefined],
  });
};

function personOf(url: string, login: Person & { user: { id: string } }): Person {
  const { accessToken, user } = login;
  return {
    ...login,
    id: user.id,
    api: (method, path, body) => call(url, method, path, { token: accessToken, body }),
  };
}

let guests = 0;

/** Seed 004, a WebSocket for each room; it says that something was read by answering, and hears of no reading. */
const rooms: MakeSpeaker = async ({ app }, name) => {
  guests += 1;
  const email = `${name.toLowerCase()}${guests}.${process.pid}@example.org`;
  await call(app.url, 'POST', '/auth/register', { body: { email, password: 'correct horse' } });
  const { body, headers } = await call(app.url, 'POST', '/auth/verify-otp', {
    body: { email, otp: '123456' },
  });
  const token = /accessToken=([^;]+)/.exec(headers.get('set-cookie') ?? '')?.[1] ?? '';
  const me = personOf(app.url, { accessToken: token, user: body.user } as Person);
  const sockets = new Map<string, WebSocket>();
  const heard: Heard[] = [];
  const news = new EventEmitter();
  const hear = (data: unknown) => {
    const frame = JSON.parse(String(data));
    assertMatchesAsyncapi(frame.type, frame, 'rooms');
    if (frame.type !== 'NEW_MESSAGE') return;
    heard.push({ ...frame.data, text: frame.data.content });
    news.emit('heard');
  };
  const say = (chatId: string, content: string) => sockets.get(chatId)?.send(JSON.stringify({ content }));
  return {
    dialect: 'rooms',
    id: me.id,
    async open(other) {
      const room = (await me.api('POST', '/msg/room', { otherUserId: other.id })).body.id;
      const socket = new WebSocket(`${app.url.replace('http', 'ws')}/room/${room}?token=${token}`);
      sockets.set(room, socket.on('message', hear));
      await once(socket, 'open');
      return room;
    },
    say: async (chatId, text) => say(chatId, text),
    async hears(text) {
      for (;;) {
        const found = heard.find((message) => message.text === text);
        if (found) return found;
        await once(news, 'heard');
      }
    },
    timesHeard: (text) => heard.filter((message) => message.text === text).length,
    reads: async (chatId) => say(chatId, 'I have read it'),
    learnsItIsRead: async () => undefined,
    close() {
      for (const socket of sockets.values()) socket.terminate();
    },
  };
};

const ALL: Record<string, MakeSpeaker> = { native, v1, kebab, direct, rooms };

/** Of every dialect that this build has. */
export const SPEAKERS: Array<[dialect: string, make: MakeSpeaker]> = Object.entries(ALL).filter(
  ([name]) => name === 'native' || AVAILABLE_DIALECTS.includes(name),
);
