import type { Person } from '../support/client';
import { ISO_TIME, keysOf, say, startWorld, textTo, UNKNOWN_ID, type World } from '../support/native-world';

let world: World;
let alice: Person;
let bob: Person;
let carol: Person;
let chatId: string;
beforeAll(async () => {
  world = await startWorld();
  [alice, bob, carol] = [await world.person('Alice'), await world.person('Bob'), await world.person('Carol')];
  chatId = await world.privateChat(alice, bob);
});
afterAll(() => world.stop());

const ids = (messages: Array<{ id: string }>) => messages.map(({ id }) => id);

describe('POST /api/messages/:id/react', () => {
  const react = async (person: Person, id: string, emoji: string | null) =>
    (await person.api('POST', `/api/messages/${id}/react`, { emoji })).body;

  it('keeps one reaction per user, which another emoji replaces', async () => {
    const message = await say(alice, chatId, 'Nice');
    expect((await react(bob, message.id, '👍')).message.reactions).toEqual([
      { userId: bob.id, emoji: '👍', at: expect.stringMatching(ISO_TIME) },
    ]);
    await react(alice, message.id, '🎉');
    const { reactions, rev } = (await react(bob, message.id, '❤️')).message;
    expect(reactions.map((r: { userId: string; emoji: string }) => [r.userId, r.emoji]).sort()).toEqual(
      [
        [alice.id, '🎉'],
        [bob.id, '❤️'],
      ].sort(),
    );
    expect(rev).toBe(message.rev + 3);
  });

  it.each([
    ['the same again', '👍'],
    ['null', null],
  ])('takes the reaction back by %s', async (_by, emoji) => {
    const message = await say(alice, chatId, 'Hm');
    await react(bob, message.id, '👍');
    expect((await react(bob, message.id, emoji)).message.reactions).toEqual([]);
  });

  it('refuses what is no emoji and messages one cannot see', async () => {
    const message = await say(alice, chatId, 'No');
    expect((await react(bob, message.id, 'hello')).code).toBe('validation_failed');
    expect((await react(carol, message.id, '👍')).code).toBe('not_found');
  });
});

describe('POST /api/messages/:id/forward', () => {
  it('sends the content again into each chat and tells where it came from', async () => {
    const message = await say(alice, chatId, 'Spread');
    const targets = [await world.privateChat(bob, carol), await world.group(bob, [alice])];
    const { status, body } = await bob.api('POST', `/api/messages/${message.id}/forward`, {
      chatIds: targets,
    });
    expect(status).toBe(201);
    expect(keysOf(body)).toEqual(['messages']);
    expect(body.messages.map((m: { chatId: string }) => m.chatId)).toEqual(targets);
    for (const forwarded of body.messages) {
      expect(forwarded).toMatchObject({
        senderId: bob.id,
        content: message.content,
        forwardedFrom: { messageId: message.id, senderId: alice.id },
      });
    }
  });

  it('sends nothing when one of the chats is not the own', async () => {
    const message = await say(alice, chatId, 'Keep');
    const own = await world.group(bob, [alice]);
    const refused = await bob.api('POST', `/api/messages/${message.id}/forward`, {
      chatIds: [own, UNKNOWN_ID],
    });
    expect(refused.body.code).toBe('not_found');
    expect((await bob.api('GET', `/api/chats/${own}/messages`)).body.messages).toEqual([]);
  });
});

describe('stars', () => {
  it('are kept for oneself alone, the latest first, until taken back', async () => {
    const [one, two] = [await say(alice, chatId, 'One'), await say(alice, chatId, 'Two')];
    for (const { id } of [one, two]) {
      expect((await bob.api('POST', `/api/messages/${id}/star`)).body).toEqual({ ok: true });
    }
    const { body } = await bob.api('GET', '/api/messages/starred');
    expect(keysOf(body)).toEqual(['messages', 'nextCursor']);
    expect(ids(body.messages)).toEqual([two.id, one.id]);
    expect((await alice.api('GET', '/api/messages/starred')).body.messages).toEqual([]);
    expect((await bob.api('DELETE', `/api/messages/${two.id}/star`)).body).toEqual({ ok: true });
    expect(ids((await bob.api('GET', '/api/messages/starred')).body.messages)).toEqual([one.id]);
  });

  it('are paged by limit and cursor until nextCursor is null', async () => {
    const reader = await world.person('Reader');
    const chat = await world.privateChat(reader, alice);
    for (let i = 0; i < 3; i += 1) {
      const { id } = await say(alice, chat, `${i}`);
      await reader.api('POST', `/api/messages/${id}/star`);
    }
    const first = (await reader.api('GET', '/api/messages/starred?limit=2')).body;
    const second = (await reader.api('GET', `/api/messages/starred?limit=2&cursor=${first.nextCursor}`)).body;
    expect([first.messages.length, second.messages.length, second.nextCursor]).toEqual([2, 1, null]);
    expect(ids(first.messages)).not.toContain(second.messages[0].id);
  });
});

describe('receipts', () => {
  const statusFor = async (message: { id: string }) =>
    (await alice.api('GET', `/api/messages/${message.id}`)).body.message.status;

  it('say for each other member what of a message has reached them', async () => {
    const group = await world.group(alice, [bob, carol]);
    const message = await say(alice, group, 'All');
    await bob.api('POST', `/api/chats/${group}/messages/read`, {});
    const { status, body } = await alice.api('GET', `/api/messages/${message.id}/receipts`);
    expect(status).toBe(200);
    expect(keysOf(body)).toEqual(['receipts']);
    const byUser = new Map(body.receipts.map((receipt: { userId: string }) => [receipt.userId, receipt]));
    expect(byUser.size).toBe(2);
    expect(byUser.get(bob.id)).toEqual({ userId: bob.id, status: 'read' });
    expect(byUser.get(carol.id)).toEqual({ userId: carol.id, status: 'sent' });
  });

  it('make the status delivered when every other member has it, and read likewise', async () => {
    const group = await world.group(alice, [bob, carol]);
    const message = await say(alice, group, 'Steps');
    const mark = (person: Person, verb: string) =>
      person.api('POST', `/api/chats/${group}/messages/${verb}`, { seq: message.seq });
    expect(await statusFor(message)).toBe('sent');
    await mark(bob, 'read');
    expect(await statusFor(message)).toBe('sent');
    await mark(carol, 'delivered');
    expect(await statusFor(message)).toBe('delivered');
    await mark(carol, 'read');
    expect(await statusFor(message)).toBe('read');
  });

  it('count as unread what others wrote after the own read watermark, and never move back', async () => {
    const chat = await world.privateChat(alice, await world.person('Quiet'));
    const reader = bob;
    const group = await world.group(alice, [reader]);
    await Promise.all(['a', 'b', 'c'].map((text) => say(alice, group, text)));
    const unread = async () => (await reader.api('GET', `/api/chats/${group}`)).body.chat.unreadCount;
    expect(await unread()).toBe(3);
    await reader.api('POST', `/api/chats/${group}/messages/read`, { seq: 2 });
    expect(await unread()).toBe(1);
    await reader.api('POST', `/api/chats/${group}/messages/read`, { seq: 1 });
    expect(await unread()).toBe(1);
    await reader.api('POST', `/api/chats/${group}/messages/read`, { seq: 999 });
    expect(await unread()).toBe(0);
    expect((await alice.api('GET', `/api/chats/${chat}`)).body.chat.unreadCount).toBe(0);
  });

  it('follow from sending: who answers has read what came before', async () => {
    const chat = await world.group(alice, [bob]);
    const question = await say(alice, chat, 'Well?');
    await say(bob, chat, 'Well.');
    expect(await statusFor(question)).toBe('read');
    expect((await bob.api('GET', `/api/chats/${chat}`)).body.chat.unreadCount).toBe(0);
  });

  it('do not show reading while the reader keeps read receipts off', async () => {
    const shy = await world.person('Shy');
    await shy.api('PUT', '/api/users/profile', { privacy: { readReceipts: false } });
    const message = await say(alice, await world.privateChat(alice, shy), 'Seen?');
    await shy.api('POST', `/api/chats/${message.chatId}/messages/read`, {});
    expect(await statusFor(message)).toBe('delivered');
    expect((await shy.api('GET', `/api/chats/${message.chatId}`)).body.chat.unreadCount).toBe(0);
  });

  it('stay hidden when somebody with read receipts off answers', async () => {
    const shy = await world.person('Shy too');
    await shy.api('PUT', '/api/users/profile', { privacy: { readReceipts: false } });
    const message = await say(alice, await world.privateChat(alice, shy), 'Seen?');
    await shy.api('POST', '/api/messages', textTo(message.chatId, 'Perhaps'));
    expect((await shy.api('GET', `/api/chats/${message.chatId}`)).body.chat.unreadCount).toBe(0);
  });
});

describe('disappearing messages', () => {
  it('show as tombstones from the first moment after their time', async () => {
    const [p, q] = [await world.person('P'), await world.person('Q')];
    const chat = await world.privateChat(p, q);
    await p.api('PUT', `/api/chats/${chat}/settings`, { disappearingSeconds: 60 });
    const message = await say(p, chat, 'Burns');
    world.clock.advance(61_000);
    const seen = (await q.api('GET', `/api/messages/${message.id}`)).body.message;
    expect(seen).toMatchObject({ content: null, deletedAt: expect.stringMatching(ISO_TIME) });
  });
});
