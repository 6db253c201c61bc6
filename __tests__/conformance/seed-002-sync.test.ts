import { assertAckMatchesAsyncapi } from '../support/asyncapi';
import type { Person, TestSocket } from '../support/client';
import { keysOf, say, startWorld, textTo, UNKNOWN_ID, type World } from '../support/native-world';

let world: World;
let alice: Person;
let bob: Person;
let socket: TestSocket;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
  socket = await world.socket(alice);
});
afterAll(() => world.stop());

interface Synced {
  chats: Array<{ id: string; rev: number }>;
  messages: Array<{
    id: string;
    chatId: string;
    seq: number;
    rev: number;
    content: { text?: string } | null;
  }>;
  receipts: Array<{ chatId: string; userId: string; deliveredSeq: number; readSeq: number }>;
  states: Array<{ key: string; value: unknown; userRev: number }>;
  removed: string[];
  nextCursors: Record<string, number>;
  userRev: number;
  complete: boolean;
}

/** Asks over the socket and over REST, which must give the same answer. */
async function sync(request?: object): Promise<Synced> {
  const ack = await socket.ask('sync:request', request);
  assertAckMatchesAsyncapi('sync:request', ack);
  const { ok, ...answer } = ack;
  expect(ok).toBe(true);
  const rest = await alice.api('POST', '/api/sync', request);
  expect(rest.status).toBe(200);
  const { ok: _ok, ...body } = rest.body;
  expect({ ...body, receipts: inOrder(body.receipts) }).toEqual({
    ...answer,
    receipts: inOrder(answer.receipts),
  });
  return answer as Synced;
}

/** Which watermark comes first means nothing. */
function inOrder(receipts: Synced['receipts']): string[] {
  return receipts.map((receipt) => JSON.stringify(receipt)).sort();
}

const texts = ({ messages }: Synced) => messages.map(({ content }) => content?.text ?? null);

describe('sync:request and POST /api/sync', () => {
  it('answer chats, messages, receipts, states, removed, nextCursors, userRev and complete', async () => {
    const chatId = await world.privateChat(alice, bob);
    await say(bob, chatId, 'Hello');
    const answer = await sync({ cursors: {} });
    expect(keysOf(answer)).toEqual(
      ['chats', 'complete', 'messages', 'nextCursors', 'receipts', 'removed', 'states', 'userRev'].sort(),
    );
    expect(answer).toMatchObject({
      chats: [{ id: chatId }],
      nextCursors: { [chatId]: 1 },
      removed: [],
      complete: true,
    });
    expect(answer.receipts).toEqual(
      expect.arrayContaining([
        { chatId, userId: alice.id, deliveredSeq: 0, readSeq: 0 },
        { chatId, userId: bob.id, deliveredSeq: 1, readSeq: 1 },
      ]),
    );
  });

  it('give an unnamed chat whole, a named one from its rev, and nothing when nothing changed', async () => {
    const chatId = await world.privateChat(alice, bob);
    for (const text of ['a', 'b', 'c']) await say(bob, chatId, text);
    expect(texts(await sync({ cursors: {} }))).toEqual(['a', 'b', 'c']);
    expect(texts(await sync({ cursors: { [chatId]: 1 } }))).toEqual(['b', 'c']);
    const idle = await sync({ cursors: { [chatId]: 3 } });
    expect(idle).toMatchObject({ chats: [], messages: [], removed: [], complete: true });
  });

  it('give each change once in its latest form, in order of rev', async () => {
    const chatId = await world.privateChat(alice, bob);
    const [first, second] = [await say(bob, chatId, 'one'), await say(bob, chatId, 'two')];
    await bob.api('PUT', `/api/messages/${first.id}`, { newContent: 'edited' });
    await alice.api('POST', `/api/messages/${first.id}/react`, { emoji: '👍' });
    const third = await say(bob, chatId, 'three');
    await bob.api('DELETE', `/api/messages/${second.id}?forEveryone=true`);
    const { messages } = await sync({ cursors: { [chatId]: 0 } });
    expect(messages.map(({ id, rev, content }) => [id, rev, content?.text])).toEqual([
      [first.id, 4, 'edited'],
      [third.id, 5, 'three'],
      [second.id, 6, undefined],
    ]);
    const later = await sync({ cursors: { [chatId]: 2 } });
    expect(later.messages.map(({ rev }) => rev)).toEqual([4, 5, 6]);
  });

  it('page by limit until complete, and bring every change exactly once when the cursors are kept', async () => {
    const chats = [
      await world.privateChat(alice, bob),
      await world.group(alice, [bob]),
      await world.group(bob, [alice]),
    ];
    for (const chatId of chats) for (let i = 0; i < 5; i += 1) await say(bob, chatId, `${chatId} ${i}`);
    const cursors: Record<string, number> = {};
    const heard: string[] = [];
    let pages = 0;
    for (let isComplete = false; !isComplete; pages += 1) {
      const answer = await sync({ cursors, limit: 4 });
      expect(answer.messages.length).toBeLessThanOrEqual(4);
      heard.push(...answer.messages.map(({ id }) => id));
      Object.assign(cursors, answer.nextCursors);
      isComplete = answer.complete;
    }
    expect(pages).toBeGreaterThanOrEqual(4);
    expect(new Set(heard).size).toBe(heard.length);
    expect(heard).toHaveLength(15);
    expect(cursors).toEqual(Object.fromEntries(chats.map((id) => [id, 5])));
  });

  it('clamp a limit above 1,000', async () => {
    await say(bob, await world.privateChat(alice, bob), 'x');
    expect((await sync({ cursors: {}, limit: 1_000_000 })).messages).toHaveLength(1);
  });

  it('name in removed the chats one is no longer in', async () => {
    const chatId = await world.group(bob, [alice]);
    await say(bob, chatId, 'Inside');
    await bob.api('DELETE', `/api/chats/${chatId}/members/${alice.id}`);
    const answer = await sync({ cursors: { [chatId]: 1 } });
    expect(answer).toMatchObject({ chats: [], messages: [], removed: [chatId] });
  });

  it('with since give what changed from that time on', async () => {
    const [old, busy] = [await world.privateChat(alice, bob), await world.group(bob, [alice])];
    await say(bob, old, 'old');
    await say(bob, busy, 'before');
    world.clock.advance(3_600_000);
    [alice, bob] = [await world.deviceOf(alice), await world.deviceOf(bob)];
    const since = world.clock.now().toISOString();
    world.clock.advance(60_000);
    await say(bob, busy, 'after');
    const answer = await sync({ since });
    expect(texts(answer)).toEqual(['after']);
    expect(answer.chats.map(({ id }) => id)).toEqual([busy]);
  });

  it('without a payload give what is not yet delivered to this user', async () => {
    const chatId = await world.privateChat(alice, bob);
    await say(bob, chatId, 'seen');
    await alice.api('POST', `/api/chats/${chatId}/messages/delivered`, {});
    expect((await sync()).messages).toEqual([]);
    await say(bob, chatId, 'waiting');
    expect(texts(await sync())).toEqual(['waiting']);
  });

  it('do not bring what was deleted for me, or from before one joined', async () => {
    const chatId = await world.group(bob, []);
    await say(bob, chatId, 'Before');
    await bob.api('POST', `/api/chats/${chatId}/members`, { userIds: [alice.id] });
    const hidden = await say(bob, chatId, 'Hidden');
    await say(bob, chatId, 'Shown');
    await alice.api('DELETE', `/api/messages/${hidden.id}`);
    const answer = await sync({ cursors: {} });
    expect(texts(answer).filter((text) => text !== null)).toEqual(['Shown']);
    expect(answer.complete).toBe(true);
  });

  it('bring changes of members and of the group as system messages', async () => {
    const chatId = await world.group(alice, []);
    await alice.api('POST', `/api/chats/${chatId}/members`, { userIds: [bob.id] });
    await alice.api('PUT', `/api/chats/${chatId}`, { name: 'Renamed' });
    const answer = await sync({ cursors: { [chatId]: 0 } });
    expect(answer.messages.map((m) => (m.content as { event?: string }).event)).toEqual([
      'members_added',
      'group_updated',
    ]);
    expect(answer.chats[0]).toMatchObject({ id: chatId, name: 'Renamed', memberCount: 2, rev: 2 });
  });

  it('bring the watermarks as they stand, though reading changes no rev', async () => {
    const chatId = await world.privateChat(alice, bob);
    await say(alice, chatId, 'Read me');
    const { nextCursors } = await sync({ cursors: {} });
    await bob.api('POST', `/api/chats/${chatId}/messages/read`, {});
    const { receipts } = await sync({ cursors: nextCursors });
    expect(receipts).toContainEqual({ chatId, userId: bob.id, deliveredSeq: 1, readSeq: 1 });
  });
});

describe('states', () => {
  it("are the user's own feed: stars, settings, deletes for me, contacts, each with its userRev", async () => {
    const chatId = await world.privateChat(alice, bob);
    const [one, two] = [await say(bob, chatId, '1'), await say(bob, chatId, '2')];
    const { userRev: before } = await sync({ cursors: {} });
    await alice.api('POST', `/api/messages/${one.id}/star`);
    await alice.api('PUT', `/api/chats/${chatId}/settings`, { pinned: true });
    await alice.api('DELETE', `/api/messages/${two.id}`);
    await alice.api('POST', '/api/users/add-contact', { userId: bob.id });
    const answer = await sync({ cursors: {}, userRev: before });
    const mentioned = answer.states.map(({ key }) => key);
    for (const id of [one.id, chatId, two.id, bob.id]) {
      expect(mentioned.some((key) => key.includes(id))).toBe(true);
    }
    const revs = answer.states.map(({ userRev }) => userRev);
    expect(revs).toEqual([...revs].sort((a, b) => a - b));
    expect(answer.userRev).toBe(revs.at(-1));
    expect((await sync({ cursors: {}, userRev: answer.userRev })).states).toEqual([]);
  });

  it('hold the latest value of each key only', async () => {
    const { id } = await say(bob, await world.privateChat(alice, bob), 'Star');
    await alice.api('POST', `/api/messages/${id}/star`);
    await alice.api('DELETE', `/api/messages/${id}/star`);
    const { states } = await sync({ cursors: {} });
    expect(states.filter(({ key }) => key.includes(id))).toEqual([
      { key: `star:${id}`, value: false, userRev: expect.any(Number) },
    ]);
  });

  it("are nobody else's", async () => {
    const { id } = await say(bob, await world.privateChat(alice, bob), 'Star');
    await bob.api('POST', `/api/messages/${id}/star`);
    expect((await sync({ cursors: {} })).states.filter(({ key }) => key.includes(id))).toEqual([]);
  });
});

describe('a client that was away', () => {
  it('has after sync what a client that stayed has heard', async () => {
    const chatId = await world.privateChat(alice, bob);
    await say(bob, chatId, 'Known');
    const { nextCursors } = await sync({ cursors: {} });
    socket.disconnect();
    const bobSocket = await world.socket(bob);
    const sent = [];
    for (let i = 0; i < 10; i += 1)
      sent.push((await bobSocket.ask('send_message', textTo(chatId, `${i}`))).message.id);
    socket = await world.socket(alice);
    const { messages } = await sync({ cursors: nextCursors });
    expect(messages.map(({ id }) => id)).toEqual(sent);
  });

  it('may name chats that do not exist', async () => {
    expect((await sync({ cursors: { [UNKNOWN_ID]: 5 } })).messages).toEqual([]);
  });
});
