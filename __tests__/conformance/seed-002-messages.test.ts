import type { Person } from '../support/client';
import {
  ISO_TIME,
  keysOf,
  MESSAGE_KEYS,
  say,
  startWorld,
  textTo,
  UNKNOWN_ID,
  type World,
} from '../support/native-world';

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

const get = async (person: Person, id: string) => (await person.api('GET', `/api/messages/${id}`)).body;

describe('POST /api/messages', () => {
  it('sends a message as a REST fallback and answers 201 with all of it', async () => {
    const chat = await world.privateChat(alice, await world.person('First'));
    const sent = textTo(chat, 'Hello!');
    const { status, body } = await alice.api('POST', '/api/messages', sent);
    expect(status).toBe(201);
    expect(keysOf(body)).toEqual(['message']);
    expect(keysOf(body.message)).toEqual(MESSAGE_KEYS);
    expect(body.message).toEqual({
      id: expect.any(String),
      chatId: chat,
      seq: 1,
      rev: 1,
      senderId: alice.id,
      content: { type: 'text', text: 'Hello!' },
      replyTo: null,
      forwardedFrom: null,
      reactions: [],
      status: 'sent',
      tempId: sent.tempId,
      createdAt: expect.stringMatching(ISO_TIME),
      editedAt: null,
      deletedAt: null,
    });
  });

  it.each([
    { type: 'image', url: 'https://media.example.org/a.jpg', caption: 'A', width: 10, height: 20 },
    {
      type: 'video',
      url: 'https://media.example.org/a.mp4',
      thumbnailUrl: 'https://media.example.org/a.jpg',
    },
    { type: 'audio', url: 'https://media.example.org/a.ogg', durationMs: 900, mimeType: 'audio/ogg' },
    { type: 'document', url: 'https://media.example.org/a.pdf', name: 'a.pdf', size: 1234, mediaId: 'm1' },
    { type: 'location', latitude: 12.97, longitude: 77.59, name: 'Bengaluru' },
  ])('carries $type content as it was sent', async (content) => {
    const { body } = await alice.api('POST', '/api/messages', { chatId, content });
    expect(body.message.content).toEqual(content);
    expect((await get(bob, body.message.id)).message.content).toEqual(content);
  });

  it('takes the chat from the path in POST /api/chats/:chatId/messages, and a bare text', async () => {
    const { status, body } = await alice.api('POST', `/api/chats/${chatId}/messages`, { content: 'Plain' });
    expect(status).toBe(201);
    expect(body.message).toMatchObject({ chatId, content: { type: 'text', text: 'Plain' }, tempId: null });
  });

  it('gives 200 and the first message for the same tempId again, also from the socket', async () => {
    const sent = textTo(chatId, 'Once');
    const first = await alice.api('POST', '/api/messages', sent);
    const again = await alice.api('POST', '/api/messages', sent);
    expect([first.status, again.status, again.body.message.id]).toEqual([201, 200, first.body.message.id]);
    const socket = await world.socket(alice);
    const ack = await socket.ask('send_message', sent);
    expect(ack.message.id).toBe(first.body.message.id);
  });

  it('makes one message of the same tempId sent over REST and socket at once', async () => {
    const socket = await world.socket(alice);
    const sent = textTo(chatId, 'At once');
    const [rest, ack] = await Promise.all([
      alice.api('POST', '/api/messages', sent),
      socket.ask('send_message', sent),
    ]);
    expect(rest.body.message.id).toBe(ack.message.id);
  });

  it('refuses the same tempId with another chat or content as a conflict, and lets others use it', async () => {
    const sent = textTo(chatId, 'Mine');
    await alice.api('POST', '/api/messages', sent);
    const other = await alice.api('POST', '/api/messages', {
      ...sent,
      content: { type: 'text', text: 'Other' },
    });
    expect([other.status, other.body.code]).toEqual([409, 'conflict']);
    const elsewhere = await world.privateChat(alice, carol);
    expect((await alice.api('POST', '/api/messages', { ...sent, chatId: elsewhere })).body.code).toBe(
      'conflict',
    );
    expect((await bob.api('POST', '/api/messages', sent)).status).toBe(201);
  });

  it('shows the tempId to its sender only', async () => {
    const message = await say(alice, chatId, 'Key');
    expect(message.tempId).not.toBeNull();
    expect((await get(bob, message.id)).message.tempId).toBeNull();
  });

  it('takes a text of 4,096 characters and refuses one more', async () => {
    expect((await alice.api('POST', '/api/messages', textTo(chatId, 'x'.repeat(4096)))).status).toBe(201);
    expect((await alice.api('POST', '/api/messages', textTo(chatId, 'x'.repeat(4097)))).body.code).toBe(
      'validation_failed',
    );
  });

  it('refuses system content, empty texts, foreign and unknown chats', async () => {
    const code = async (id: string, content: object) =>
      (await alice.api('POST', '/api/messages', { chatId: id, content })).body.code;
    expect(await code(chatId, { type: 'system', event: 'x' })).toBe('validation_failed');
    expect(await code(chatId, { type: 'text', text: '  ' })).toBe('validation_failed');
    expect(await code(UNKNOWN_ID, { type: 'text', text: 'a' })).toBe('not_found');
    expect(await code(await world.privateChat(bob, carol), { type: 'text', text: 'a' })).toBe('not_found');
  });

  it('is forbidden to both in a private chat when one blocked the other, while the history stays readable', async () => {
    const [p, q] = [await world.person('P'), await world.person('Q')];
    const chat = await world.privateChat(p, q);
    const message = await say(p, chat, 'Before');
    await q.api('POST', '/api/contacts/block', { userId: p.id });
    for (const person of [p, q]) {
      const refused = await person.api('POST', '/api/messages', textTo(chat, 'After'));
      expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
      expect((await person.api('GET', `/api/chats/${chat}/messages`)).body.messages[0].id).toBe(message.id);
    }
    await q.api('PATCH', `/api/contacts/unblock/${p.id}`);
    expect((await p.api('POST', '/api/messages', textTo(chat, 'Again'))).status).toBe(201);
  });
});

describe('replies', () => {
  it('quote the message they answer, given by its id', async () => {
    const first = await say(alice, chatId, 'Question');
    const { body } = await bob.api('POST', '/api/messages', {
      ...textTo(chatId, 'Answer'),
      replyTo: first.id,
    });
    expect(body.message.replyTo).toEqual({ id: first.id, senderId: alice.id, content: first.content });
    const replies = await alice.api('GET', `/api/chats/messages/${first.id}/replies`);
    expect(keysOf(replies.body)).toEqual(['messages']);
    expect(replies.body.messages.map((m: { id: string }) => m.id)).toEqual([body.message.id]);
  });

  it('are refused to a message of another chat', async () => {
    const foreign = await say(alice, await world.privateChat(alice, carol), 'Elsewhere');
    const refused = await bob.api('POST', '/api/messages', { ...textTo(chatId, 'A'), replyTo: foreign.id });
    expect(refused.body).toMatchObject({ code: 'validation_failed', errors: [{ path: 'replyTo' }] });
  });

  it('lose the quoted content when the quoted message is deleted for everyone', async () => {
    const first = await say(alice, chatId, 'Regret');
    const reply = { ...textTo(chatId, 'What?'), replyTo: first.id };
    const { id } = (await bob.api('POST', '/api/messages', reply)).body.message;
    await alice.api('DELETE', `/api/messages/${first.id}?forEveryone=true`);
    expect((await get(bob, id)).message.replyTo.content).toBeNull();
  });
});

describe('GET /api/messages/:id', () => {
  it('gives the message to members and not_found to all others', async () => {
    const message = await say(alice, chatId, 'Ours');
    expect(keysOf((await get(bob, message.id)).message)).toEqual(MESSAGE_KEYS);
    expect((await get(carol, message.id)).code).toBe('not_found');
    expect((await get(alice, UNKNOWN_ID)).code).toBe('not_found');
  });
});

describe('GET /api/chats/:id/messages', () => {
  it('lists newest first and pages by before and after, each a seq', async () => {
    const chat = await world.privateChat(alice, await world.person('Paged'));
    for (let i = 1; i <= 5; i += 1) await say(alice, chat, `${i}`);
    const page = async (query: string) => {
      const { body } = await alice.api('GET', `/api/chats/${chat}/messages?${query}`);
      return [body.messages.map((m: { seq: number }) => m.seq), body.nextCursor];
    };
    expect(await page('')).toEqual([[5, 4, 3, 2, 1], null]);
    expect(await page('limit=2')).toEqual([[5, 4], 4]);
    expect(await page('limit=2&before=4')).toEqual([[3, 2], 2]);
    expect(await page('limit=2&before=2')).toEqual([[1], null]);
    expect(await page('limit=2&after=1')).toEqual([[3, 2], 3]);
    expect(await page('limit=2&after=3')).toEqual([[5, 4], null]);
  });

  it('shows a member who joined later only what came after', async () => {
    const chat = await world.group(alice, [bob]);
    await say(alice, chat, 'Before');
    await alice.api('POST', `/api/chats/${chat}/members`, { userIds: [carol.id] });
    const after = await say(alice, chat, 'After');
    const { messages } = (await carol.api('GET', `/api/chats/${chat}/messages`)).body;
    expect(messages.filter((m: { content: { type: string } }) => m.content.type === 'text')).toEqual([
      expect.objectContaining({ id: after.id }),
    ]);
  });
});

describe('PUT /api/messages/:id', () => {
  it.each(['newContent', 'content'])('edits by %s, as a text or an object', async (field) => {
    const message = await say(alice, chatId, 'Tpyo');
    const { status, body } = await alice.api('PUT', `/api/messages/${message.id}`, { [field]: 'Typo' });
    expect(status).toBe(200);
    expect(body.message).toMatchObject({
      id: message.id,
      seq: message.seq,
      rev: message.rev + 1,
      content: { type: 'text', text: 'Typo' },
      editedAt: expect.stringMatching(ISO_TIME),
    });
    const object = { [field]: { type: 'text', text: 'Again' } };
    expect((await alice.api('PUT', `/api/messages/${message.id}`, object)).body.message.content.text).toBe(
      'Again',
    );
  });

  it('is for the sender only', async () => {
    const message = await say(alice, chatId, 'Mine');
    const code = async (person: Person) =>
      (await person.api('PUT', `/api/messages/${message.id}`, { newContent: 'Yours' })).body.code;
    expect(await code(bob)).toBe('forbidden');
    expect(await code(carol)).toBe('not_found');
  });
});

describe('DELETE /api/messages/:id', () => {
  it.each([
    ['the query', '?forEveryone=true', undefined],
    ['forEveryone in the body', '', { forEveryone: true }],
    ['deleteForEveryone in the body', '', { deleteForEveryone: true }],
  ])('leaves a tombstone for everyone, by %s', async (_by, query, body) => {
    const message = await say(alice, chatId, 'Gone');
    const answer = await alice.api('DELETE', `/api/messages/${message.id}${query}`, body);
    expect([answer.status, answer.body]).toEqual([200, { ok: true }]);
    const seen = (await get(bob, message.id)).message;
    expect(seen).toMatchObject({
      content: null,
      reactions: [],
      replyTo: null,
      seq: message.seq,
      rev: message.rev + 1,
    });
    expect(seen.deletedAt).toMatch(ISO_TIME);
  });

  it('without it deletes for me only and changes no rev', async () => {
    const message = await say(alice, chatId, 'For me');
    expect((await bob.api('DELETE', `/api/messages/${message.id}`)).body).toEqual({ ok: true });
    expect((await get(bob, message.id)).code).toBe('not_found');
    expect((await get(alice, message.id)).message).toMatchObject({ rev: message.rev, deletedAt: null });
    const { messages } = (await bob.api('GET', `/api/chats/${chatId}/messages`)).body;
    expect(messages.map((m: { id: string }) => m.id)).not.toContain(message.id);
  });

  it("lets a group's admin delete for everyone, and nobody else but the sender", async () => {
    const group = await world.group(alice, [bob, carol]);
    const message = await say(bob, group, 'Rude');
    const remove = (person: Person) => person.api('DELETE', `/api/messages/${message.id}?forEveryone=true`);
    expect((await remove(carol)).body.code).toBe('forbidden');
    expect((await remove(alice)).status).toBe(200);
    expect((await get(carol, message.id)).message.content).toBeNull();
  });
});
