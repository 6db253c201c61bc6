/** Seed 001 (dialect kebab): every row of its tables of Socket.io events, and its delivery logic, as its clients meet them. */
import { MembershipModel } from '../../src/models/membership.model';
import { assertAckMatchesAsyncapi } from '../support/asyncapi';
import type { Person, TestSocket } from '../support/client';
import { keysOf, MESSAGE_KEYS, startWorld, textTo, UNKNOWN_ID, type World } from '../support/native-world';
import { kebabParties, type Party } from './seed-001-party';

let world: World;
let ann: Party;
let ben: Party;
let chatId: string;
/** Somebody who speaks the native dialect. */
let nina: Person & { socket: TestSocket };
const parties = kebabParties(() => world);
const { party } = parties;

beforeAll(async () => {
  world = await startWorld();
  [ann, ben] = [await party('Ann'), await party('Ben')];
  const person = await world.person('Nina');
  nina = { ...person, socket: await world.socket(person) };
  chatId = await world.privateChat(ann, ben);
});
afterAll(async () => {
  parties.stop();
  await world.stop();
});

/** Emits an event with a payload, which must be acknowledged as `swagger/kebab.asyncapi.yaml` says. */
async function ask(who: Party, event: string, payload?: unknown) {
  const ack = await who.socket.ask(event, payload);
  assertAckMatchesAsyncapi(event, ack, 'kebab');
  return ack;
}

async function say(who: Person, into: string, text: string) {
  const { body } = await who.api('POST', `/api/chats/${into}/messages`, { content: text });
  return body.message;
}

async function deliveredSeq(who: Person, into: string): Promise<number> {
  return (await MembershipModel.findOne({ chatId: into, userId: who.id }).lean())?.deliveredSeq ?? -1;
}

const isAbout = (messageId: string) => (told: { messageId: string }) => told.messageId === messageId;
const isRead = (messageId: string) => (told: { messageId: string; status: string }) =>
  told.messageId === messageId && told.status === 'READ';
const isMessage = (id: string) => (told: { id: string }) => told.id === id;

describe('app-opened - Emitted when the user opens the app', () => {
  it('marks all undelivered messages of all chats DELIVERED, which their senders hear by messages-delivered', async () => {
    const [eve, fay] = [await party('Eve'), await party('Fay')];
    const first = await world.privateChat(ann, eve);
    const second = await world.privateChat(ben, eve);
    const sent = [await say(ann, first, 'One'), await say(ann, first, 'Two')];
    await say(ben, second, 'From Ben');
    expect(await ask(eve, 'app-opened')).toEqual({ ok: true });
    expect(await ann.socket.waitFor('messages-delivered', (told) => told.chatId === first)).toEqual({
      chatId: first,
      messageIds: sent.map(({ id }) => id),
      userId: eve.id,
      upToSeq: 2,
    });
    await ben.socket.waitFor('messages-delivered', (told) => told.chatId === second);
    expect(ann.socket.heard('message-status-update').filter((told) => told.chatId === first)).toEqual([]);
    // Nothing is left for the second time, and for who has no chats.
    expect(await ask(eve, 'app-opened', {})).toEqual({ ok: true });
    expect(await ask(fay, 'app-opened')).toEqual({ ok: true });
    await ask(eve, 'join-chat', { chatId: first });
    await ann.socket.waitFor('message-status-update', isAbout(sent[1].id));
    expect(ann.socket.heard('messages-delivered').filter((told) => told.chatId === first)).toHaveLength(1);
  });

  it('names the newest 100 of a chat at most, and the number up to which all are covered', async () => {
    const eve = await party('Eve');
    const busy = await world.privateChat(ann, eve);
    const sent = await Promise.all(Array.from({ length: 101 }, (_, i) => say(ann, busy, String(i))));
    const [oldest] = sent.toSorted((a, b) => a.seq - b.seq);
    await Promise.all([ask(eve, 'app-opened'), ask(eve, 'app-opened')]);
    const told = await ann.socket.waitFor('messages-delivered', ({ chatId: id }) => id === busy);
    expect([told.messageIds.length, told.upToSeq]).toEqual([100, 101]);
    expect(told.messageIds).not.toContain(oldest.id);
  });

  it('is told to senders of other dialects by the words they have', async () => {
    const eve = await party('Eve');
    const mixed = await world.privateChat(nina, eve);
    const { body } = await nina.api('POST', '/api/messages', textTo(mixed, 'Hello'));
    await ask(eve, 'app-opened');
    expect(await nina.socket.waitFor('message_status_update', isAbout(body.message.id))).toEqual({
      chatId: mixed,
      messageId: body.message.id,
      userId: eve.id,
      status: 'delivered',
      upToSeq: 1,
    });
  });

  it('also marks what arrives on this connection from then on, by message-status-update', async () => {
    const eve = await party('Eve');
    await ask(eve, 'app-opened');
    const live = await world.privateChat(ann, eve);
    const message = await say(ann, live, 'You are there');
    const told = await ann.socket.waitFor('message-status-update', isAbout(message.id));
    expect(told).toEqual({
      chatId: live,
      messageId: message.id,
      userId: eve.id,
      status: 'DELIVERED',
      upToSeq: 1,
    });
    expect(ann.socket.heard('messages-delivered').filter((heard) => heard.chatId === live)).toEqual([]);
  });

  it('and nothing before it, nor once the connection is gone', async () => {
    const eve = await party('Eve');
    const quiet = await world.privateChat(ann, eve);
    const early = await say(ann, quiet, 'Are you there?');
    await eve.socket.waitFor('new-message', isMessage(early.id));
    // What is marked is written within the time this takes.
    await ask(eve, 'typing', { chatId: quiet, isTyping: true });
    await ask(ben, 'join-chat', { chatId });
    expect(await deliveredSeq(eve, quiet)).toBe(0);
    await ask(eve, 'app-opened');
    expect(await deliveredSeq(eve, quiet)).toBe(1);
    const second = await world.socket(eve, 'kebab');
    eve.socket.disconnect();
    await ann.socket.waitFor('messages-delivered', (told) => told.chatId === quiet);
    const late = await say(ann, quiet, 'And now?');
    await second.waitFor('new-message', isMessage(late.id));
    await ask(ben, 'join-chat', { chatId });
    expect(await deliveredSeq(eve, quiet)).toBe(1);
  });

  it('delivers nothing to who is no member any more, and nothing from before the time of who joined', async () => {
    const eve = await party('Eve');
    const groupId = await world.group(ann, [ben, eve]);
    await say(ann, groupId, 'To all three');
    await ann.api('DELETE', `/api/chats/${groupId}/members/${eve.id}`);
    await ask(eve, 'app-opened');
    const after = await say(ann, groupId, 'Without Eve');
    await ask(ben, 'app-opened');
    await ann.socket.waitFor('messages-delivered', (told) => told.messageIds.includes(after.id));
    expect(await deliveredSeq(eve, groupId)).toBe(0);
    const told = ann.socket.heard('messages-delivered').filter((heard) => heard.chatId === groupId);
    expect(told.map(({ userId }) => userId)).toEqual([ben.id]);
  });
});

describe('join-chat - Join a specific chat room', () => {
  it('marks all messages in that chat READ', async () => {
    const message = await say(ann, chatId, 'Read me');
    expect(await ask(ben, 'join-chat', { chatId: chatId.toUpperCase() })).toEqual({ ok: true });
    const told = await ann.socket.waitFor('message-status-update', isRead(message.id));
    expect(told).toMatchObject({ chatId, userId: ben.id, status: 'READ', upToSeq: message.seq });
  });

  it('is for members only, as are leave-chat and typing', async () => {
    for (const [event, more] of [['join-chat'], ['leave-chat'], ['typing', { isTyping: true }]] as const)
      for (const id of [chatId, UNKNOWN_ID]) {
        const payload = { chatId: id, ...(more ?? {}) };
        expect((await nina.socket.ask(event, payload)).error.code).toBe('not_found');
      }
  });
});

describe('typing - Indicate user is typing, and leave-chat - Leave a chat room', () => {
  it('are told by user-typing to the others', async () => {
    const isTyping = (value: boolean) => (told: { userId: string; isTyping: boolean }) =>
      told.userId === ben.id && told.isTyping === value;
    await ask(ben, 'typing', { chatId, isTyping: true });
    const told = await ann.socket.waitFor('user-typing', isTyping(true));
    expect(told).toEqual({ chatId, userId: ben.id, isTyping: true });
    await ask(ben, 'leave-chat', { chatId });
    await ann.socket.waitFor('user-typing', isTyping(false));
    expect(ben.socket.heard('user-typing')).toEqual([]);
  });

  it('is refused where a block stands between the two', async () => {
    const eve = await party('Eve');
    const blocked = await world.privateChat(eve, ann);
    await ann.api('POST', '/api/contacts/block', { userId: eve.id });
    const ack = await ask(eve, 'typing', { chatId: blocked, isTyping: true });
    expect(ack.error.code).toBe('forbidden');
  });
});

describe('register-device, remove-device and devices-updated - Device list was updated', () => {
  it('tell all devices of the user, and nobody else', async () => {
    const other = await world.socket(ann, 'kebab');
    const device = { deviceId: 'tablet', platform: 'ios', name: 'Tablet' };
    const { devices } = await ask(ann, 'register-device', device);
    expect(devices).toContainEqual(expect.objectContaining({ ...device, online: false }));
    const has = (value: boolean) => (told: { devices: Array<{ deviceId: string }> }) =>
      told.devices.some(({ deviceId }) => deviceId === 'tablet') === value;
    for (const socket of [ann.socket, other]) await socket.waitFor('devices-updated', has(true));
    await ask(ann, 'remove-device', { deviceId: 'tablet' });
    for (const socket of [ann.socket, other]) await socket.waitFor('devices-updated', has(false));
    expect((await ask(ann, 'remove-device', { deviceId: 'tablet' })).error.code).toBe('not_found');
    expect(ben.socket.heard('devices-updated').filter(has(true))).toEqual([]);
  });
});

describe('contact-request-sent and the events of contacts', () => {
  it('makes sure that the request exists and was announced, once', async () => {
    const [eve, fay] = [await party('Eve'), await party('Fay')];
    const { body } = await eve.api('POST', '/api/contacts/request', { userId: fay.id });
    for (const payload of [{ contactId: body.contact.id }, { contactId: fay.id }, { userId: fay.id }])
      expect((await ask(eve, 'contact-request-sent', payload)).contact.id).toBe(body.contact.id);
    expect(await fay.socket.waitFor('new-contact-request')).toMatchObject({
      status: 'PENDING',
      direction: 'incoming',
      user: { id: eve.id },
    });
    await eve.api('DELETE', `/api/contacts/request/${fay.id}/reject`);
    await fay.socket.waitFor('contact-request-rejected');
    expect(fay.socket.heard('new-contact-request')).toHaveLength(1);
    expect(eve.socket.heard('new-contact-request')).toEqual([]);
  });

  it('makes the request where it was not made, also when it comes twice at once', async () => {
    const [eve, fay] = [await party('Eve'), await party('Fay')];
    const payload = { userId: fay.id.toUpperCase() };
    const acks = await Promise.all([1, 2].map(() => ask(eve, 'contact-request-sent', payload)));
    expect(acks.map(({ ok }) => ok)).toEqual([true, true]);
    const { contacts } = (await fay.api('GET', '/api/contacts/pending')).body;
    await fay.api('PATCH', `/api/contacts/request/${contacts[0].id}/accept`);
    for (const [who, other, direction] of [
      [eve, fay, 'outgoing'],
      [fay, eve, 'incoming'],
    ] as const)
      expect(await who.socket.waitFor('contact-request-accepted')).toMatchObject({
        status: 'ACCEPTED',
        direction,
        user: { id: other.id },
      });
    expect(fay.socket.heard('new-contact-request')).toHaveLength(1);
  });

  it('contact-request-rejected tells both, and who was rejected may not ask again at once', async () => {
    const [eve, fay] = [await party('Eve'), await party('Fay')];
    await ask(eve, 'contact-request-sent', { userId: fay.id });
    await fay.api('DELETE', `/api/contacts/request/${eve.id}/reject`);
    for (const who of [eve, fay]) await who.socket.waitFor('contact-request-rejected');
    const again = await ask(eve, 'contact-request-sent', { userId: fay.id });
    expect(again.error.code).toBe('rate_limited');
  });

  it('blocked-by-contact and unblocked-by-contact name who did it; a block ends requests', async () => {
    const [eve, fay] = [await party('Eve'), await party('Fay')];
    await fay.api('POST', '/api/contacts/block', { userId: eve.id });
    expect(await eve.socket.waitFor('blocked-by-contact')).toEqual({ userId: fay.id });
    for (const payload of [{ userId: fay.id }, { contactId: fay.id }])
      expect((await ask(eve, 'contact-request-sent', payload)).error.code).toBe('forbidden');
    await fay.api('PATCH', `/api/contacts/unblock/${eve.id}`);
    expect(await eve.socket.waitFor('unblocked-by-contact')).toEqual({ userId: fay.id });
    expect(fay.socket.heard('new-contact-request')).toEqual([]);
  });

  it('is refused for nobody, oneself and somebody unknown', async () => {
    for (const [payload, code] of [
      [{}, 'validation_failed'],
      [{ contactId: null, userId: null }, 'validation_failed'],
      [{ userId: ann.id }, 'validation_failed'],
      [{ userId: UNKNOWN_ID }, 'not_found'],
    ] as const)
      expect((await ask(ann, 'contact-request-sent', payload)).error.code).toBe(code);
  });
});

describe('new-message - New message received', () => {
  it('is the message itself, with its status in upper case, for every member on every device', async () => {
    const other = await world.socket(ben, 'kebab');
    const { body } = await ann.api('POST', `/api/chats/${chatId}/messages`, { content: 'Hi', tempId: 't-1' });
    for (const socket of [ben.socket, other]) {
      const heard = await socket.waitFor('new-message', isMessage(body.message.id));
      expect(keysOf(heard)).toEqual(MESSAGE_KEYS);
      expect(heard).toMatchObject({ chatId, senderId: ann.id, status: 'SENT', tempId: null });
      expect(heard.content).toEqual({ type: 'text', text: 'Hi' });
    }
  });

  it('does not come back to the socket that sent it, but to the other devices of the sender', async () => {
    const other = await world.socket(ann, 'kebab');
    const { message } = await ann.socket.ask('send_message', { ...textTo(chatId, 'Mine'), tempId: 't-2' });
    expect(await other.waitFor('new-message', isMessage(message.id))).toMatchObject({ tempId: 't-2' });
    // What is sent back comes later on the same way.
    const back = await say(ben, chatId, 'Got it');
    await ann.socket.waitFor('new-message', isMessage(back.id));
    expect(ann.socket.heard('new-message').filter(isMessage(message.id))).toEqual([]);
  });

  it('reaches all dialects, each in its words, two devices of one person too', async () => {
    const direct = await world.socket(ben, 'direct');
    const native = await world.socket(ben, 'native');
    const message = await say(ann, chatId, 'In three ways');
    await ben.socket.waitFor('new-message', isMessage(message.id));
    await direct.waitFor('private-message', isAbout(message.id));
    await native.waitFor('new_message', (told) => told.message.id === message.id);
    await native.ask('message_read', { messageId: message.id });
    expect(await ann.socket.waitFor('message-status-update', isRead(message.id))).toMatchObject({
      userId: ben.id,
    });
  });
});

describe('message-reaction, message-deleted and the extra message-updated', () => {
  it('tell of reactions added and removed', async () => {
    const { id } = await say(ann, chatId, 'React');
    const react = () => ben.api('POST', `/api/chats/messages/${id}/reactions`, { emoji: '🎉' });
    const of = (removed: boolean) => (told: { messageId: string; removed: boolean }) =>
      told.messageId === id && told.removed === removed;
    await react();
    const added = { chatId, messageId: id, userId: ben.id, emoji: '🎉', removed: false };
    expect(await ann.socket.waitFor('message-reaction', of(false))).toEqual(added);
    await react();
    const removed = { ...added, emoji: null, removed: true };
    expect(await ann.socket.waitFor('message-reaction', of(true))).toEqual(removed);
  });

  it('tell of edits and of deletions, for everyone and for me', async () => {
    const { id } = await say(ann, chatId, 'Frist');
    await ann.api('PUT', `/api/messages/${id}`, { content: 'First' });
    const updated = await ben.socket.waitFor('message-updated', isMessage(id));
    expect([updated.content.text, updated.status]).toEqual(['First', expect.stringMatching(/^[A-Z]+$/)]);
    await ben.api('DELETE', `/api/chats/messages/${id}`);
    const hidden = { chatId, messageId: id, forEveryone: false };
    expect(await ben.socket.waitFor('message-deleted', isAbout(id))).toEqual(hidden);
    await ann.api('DELETE', `/api/chats/messages/${id}?forEveryone=true`);
    expect(await ann.socket.waitFor('message-deleted', isAbout(id))).toEqual({
      ...hidden,
      forEveryone: true,
    });
  });
});

describe('new-chat - New chat created', () => {
  it('is the chat itself, as its reader sees it', async () => {
    const eve = await party('Eve');
    const created = await world.privateChat(ann, eve);
    expect(await eve.socket.waitFor('new-chat')).toMatchObject({
      id: created,
      name: 'Ann',
      lastMessage: null,
    });
    const groupId = await world.group(ann, [ben]);
    await say(ann, groupId, 'Before Eve');
    await ann.api('POST', `/api/chats/${groupId}/members`, { userIds: [eve.id] });
    const group = await eve.socket.waitFor('new-chat', (chat) => chat.id === groupId);
    expect(group.lastMessage?.status ?? 'SENT').toBe('SENT');
  });
});

describe('notifications-cleared and contact-requests-viewed', () => {
  it('go to all devices of the one who did it, and to nobody else', async () => {
    const eve = await party('Eve');
    const other = await world.socket(ben, 'kebab');
    await ask(eve, 'contact-request-sent', { userId: ben.id });
    await ben.socket.waitFor('new-contact-request', ({ user }) => user.id === eve.id);
    await ben.api('POST', '/api/notifications/mark-contacts-viewed');
    await ben.api('POST', `/api/notifications/clear/${chatId}`);
    for (const socket of [ben.socket, other]) {
      expect(await socket.waitFor('notifications-cleared')).toEqual({ chatId });
      expect(await socket.waitFor('contact-requests-viewed')).toEqual({});
    }
    expect(ann.socket.heard('notifications-cleared')).toEqual([]);
  });
});
