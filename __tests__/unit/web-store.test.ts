import type { Chat, Message, SyncAnswer } from '../../src/web/types';

// The page's modules are JavaScript that `tsc` does not read; Jest compiles them like the rest.
const { createStore } = require('../../src/web/state/store.js');
const select = require('../../src/web/state/selectors.js');
const { conversationRows, findUnreadLine } = require('../../src/web/state/rows.js');

const ME = 'me';
const BOB = 'bob';
const CARLA = 'carla';
const CHAT = 'chat-1';

function buildChat(overrides: Partial<Chat> = {}): Chat {
  return {
    id: CHAT,
    type: 'private',
    name: 'Bob',
    members: [
      { userId: ME, role: 'member' },
      { userId: BOB, role: 'member' },
    ],
    memberCount: 2,
    lastMessage: null,
    unreadCount: 0,
    seq: 0,
    rev: 0,
    disappearingSeconds: 0,
    settings: { mutedUntil: null, pinned: false, archived: false },
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...overrides,
  };
}

function buildMessage(seq: number, overrides: Partial<Message> = {}): Message {
  return {
    id: `m${seq}`,
    chatId: CHAT,
    seq,
    rev: seq,
    senderId: BOB,
    content: { type: 'text', text: `message ${seq}` },
    status: 'sent',
    createdAt: new Date(Date.UTC(2026, 0, 1, 12, seq)).toISOString(),
    ...overrides,
  };
}

function buildSync(overrides: Partial<SyncAnswer> = {}): SyncAnswer {
  return {
    chats: [],
    messages: [],
    receipts: [],
    states: [],
    removed: [],
    nextCursors: {},
    complete: true,
    ...overrides,
  };
}

function buildStore(chat: Partial<Chat> = {}) {
  const store = createStore();
  store.update((state: { me: unknown }) => {
    state.me = { id: ME, name: 'Me' };
  });
  store.putUsers([
    { id: BOB, name: 'Bob' },
    { id: CARLA, name: 'Carla' },
  ]);
  store.putChat(buildChat(chat));
  store.putHistory(CHAT, [], null);
  return store;
}

type Row = { kind: string; message?: Message; isFirst?: boolean };

function textsIn(store: ReturnType<typeof buildStore>): Array<string | undefined> {
  const rows: Row[] = conversationRows(store.state, CHAT, null);
  return rows.flatMap((row) => (row.kind === 'message' ? [row.message?.content?.text] : []));
}

describe('messages in the store of the page', () => {
  it('stand once each in the order of seq, however they arrive', () => {
    const store = buildStore();
    for (const seq of [3, 1, 2, 3]) store.receiveMessage(buildMessage(seq));
    expect(textsIn(store)).toEqual(['message 1', 'message 2', 'message 3']);
  });

  it('keep the latest form when an older change comes late', () => {
    const store = buildStore();
    store.receiveMessage(buildMessage(1, { rev: 5, content: { type: 'text', text: 'edited' } }));
    store.receiveMessage(buildMessage(1, { rev: 1 }));
    expect(textsIn(store)).toEqual(['edited']);
  });

  it('show nothing below the loaded history, where single known messages have gaps between them', () => {
    const store = createStore();
    store.putChat(buildChat({ seq: 60, rev: 60 }));
    store.receiveMessage(buildMessage(3, { rev: 61 }));
    const page = Array.from({ length: 50 }, (_, index) => buildMessage(60 - index));
    store.putHistory(CHAT, page, 11);
    expect(textsIn(store)[0]).toBe('message 11');
    const rest = Array.from({ length: 10 }, (_, index) => buildMessage(10 - index));
    store.putHistory(CHAT, rest, null);
    expect(textsIn(store)).toHaveLength(60);
  });

  it('tell that sync is due exactly when a change before them was missed', () => {
    const store = buildStore();
    expect(store.receiveMessage(buildMessage(1))).toBe(false);
    expect(store.receiveMessage(buildMessage(3))).toBe(true);
    expect(store.state.cursors[CHAT]).toBe(1);
    expect(store.receiveMessage(buildMessage(2))).toBe(false);
    expect(store.receiveMessage({ ...buildMessage(9), chatId: 'unknown chat' })).toBe(true);
  });

  it('replace what was being sent under the same tempId', () => {
    const store = buildStore();
    store.update((state: { outbox: unknown[] }) =>
      state.outbox.push({
        tempId: 't1',
        chatId: CHAT,
        content: { type: 'text', text: 'hi' },
        createdAt: '2026-01-01',
      }),
    );
    store.receiveMessage(buildMessage(1, { senderId: ME, tempId: 't1' }));
    expect(store.state.outbox).toEqual([]);
    expect(conversationRows(store.state, CHAT, null).map((row: { key: string }) => row.key)).toContain('t1');
  });

  it('become a tombstone for everyone, or vanish for oneself for good', () => {
    const store = buildStore();
    store.receiveMessage(buildMessage(1));
    store.receiveMessage(buildMessage(2));
    store.receiveDeletion({ chatId: CHAT, messageId: 'm1', forEveryone: true });
    store.receiveDeletion({ chatId: CHAT, messageId: 'm2', forEveryone: false });
    store.receiveMessage(buildMessage(2, { rev: 9 }));
    expect(textsIn(store)).toEqual([undefined]);
    expect(store.state.chats.get(CHAT).lastMessage.id).toBe('m1');
  });

  it('carry one reaction of each person', () => {
    const store = buildStore();
    store.receiveMessage(buildMessage(1));
    for (const emoji of ['👍', '❤️'])
      store.receiveReaction({ chatId: CHAT, messageId: 'm1', userId: BOB, emoji });
    const reactions = () => store.state.timelines.get(CHAT).byId.get('m1').reactions;
    expect(reactions()).toEqual([{ userId: BOB, emoji: '❤️' }]);
    store.receiveReaction({ chatId: CHAT, messageId: 'm1', userId: BOB, emoji: null });
    expect(reactions()).toEqual([]);
  });
});

describe('the unread badge of the page', () => {
  it("counts others' messages once, and neither own nor system ones", () => {
    const store = buildStore();
    store.receiveMessage(buildMessage(1));
    store.receiveMessage(buildMessage(1));
    store.receiveMessage(buildMessage(2, { content: { type: 'system', event: 'group_updated' } }));
    expect(select.unreadOf(store.state, CHAT)).toBe(1);
    store.receiveMessage(buildMessage(3, { senderId: ME }));
    expect(select.unreadOf(store.state, CHAT)).toBe(0);
  });

  it('takes over what the server says, without losing what came after it', () => {
    const store = buildStore();
    store.receiveMessage(buildMessage(1));
    store.receiveMessage(buildMessage(2));
    store.putChat(buildChat({ seq: 1, rev: 1, unreadCount: 1 }));
    expect(select.unreadOf(store.state, CHAT)).toBe(2);
    store.putChat(buildChat({ seq: 2, rev: 2, unreadCount: 2 }));
    expect(select.unreadOf(store.state, CHAT)).toBe(2);
    store.markRead(CHAT, 2);
    expect(select.unreadOf(store.state, CHAT)).toBe(0);
  });

  it('falls when another device of the same person read the chat', () => {
    const store = buildStore({ seq: 4, rev: 4, unreadCount: 3 });
    store.applySync(buildSync({ receipts: [{ chatId: CHAT, userId: ME, deliveredSeq: 4, readSeq: 4 }] }));
    expect(select.unreadOf(store.state, CHAT)).toBe(0);
  });

  it('is not shown for muted and archived chats in the title', () => {
    const store = buildStore({ seq: 1, unreadCount: 1 });
    expect(select.unreadChatCount(store.state)).toBe(1);
    const settings = { mutedUntil: '9999-01-01T00:00:00.000Z', pinned: false, archived: false };
    store.putChat(buildChat({ seq: 1, unreadCount: 1, settings }));
    expect(select.unreadChatCount(store.state)).toBe(0);
  });
});

describe('the ticks of the page', () => {
  const group = {
    type: 'group' as const,
    members: [ME, BOB, CARLA].map((userId) => ({ userId, role: 'member' as const })),
    memberCount: 3,
  };
  const own = buildMessage(1, { senderId: ME });

  it('follow the slowest member of a group', () => {
    const store = buildStore(group);
    store.receiveMessage(own);
    store.receiveStatus({ chatId: CHAT, messageId: 'm1', userId: BOB, status: 'read', upToSeq: 1 });
    expect(select.statusOf(store.state, own)).toBe('sent');
    store.receiveStatus({ chatId: CHAT, messageId: 'm1', userId: CARLA, status: 'delivered', upToSeq: 1 });
    expect(select.statusOf(store.state, own)).toBe('delivered');
    store.receiveStatus({ chatId: CHAT, messageId: 'm1', userId: CARLA, status: 'read', upToSeq: 1 });
    expect(select.statusOf(store.state, own)).toBe('read');
  });

  it('never fall back when an older state arrives late', () => {
    const store = buildStore();
    store.receiveMessage({ ...own, status: 'read' });
    store.receiveMessage({ ...own, rev: 2, status: 'sent' });
    expect(store.state.timelines.get(CHAT).byId.get('m1').status).toBe('read');
    store.receiveStatus({ chatId: CHAT, messageId: 'm1', userId: BOB, status: 'read', upToSeq: 5 });
    store.receiveStatus({ chatId: CHAT, messageId: 'm1', userId: BOB, status: 'delivered', upToSeq: 3 });
    expect(store.state.watermarks.get(CHAT).get(BOB)).toEqual({ deliveredSeq: 5, readSeq: 5 });
  });

  it("trust the server's word while only some members are known", () => {
    const store = buildStore({ ...group, memberCount: 500 });
    for (const userId of [BOB, CARLA])
      store.receiveStatus({ chatId: CHAT, messageId: 'm1', userId, status: 'read', upToSeq: 1 });
    expect(select.statusOf(store.state, { ...own, status: 'delivered' })).toBe('delivered');
  });
});

describe('sync in the store of the page', () => {
  it('brings messages, cursors, stars and removals', () => {
    const store = buildStore({ seq: 1, rev: 1 });
    store.applySync(
      buildSync({
        chats: [buildChat({ seq: 2, rev: 7, unreadCount: 1 }), buildChat({ id: 'chat-2', rev: 4 })],
        messages: [buildMessage(2, { rev: 7 })],
        states: [
          { key: 'star:m2', value: true, userRev: 3 },
          { key: 'contact:bob', value: { status: 'ACCEPTED' }, userRev: 4 },
        ],
        nextCursors: { [CHAT]: 7, 'chat-2': 4 },
        userRev: 4,
      }),
    );
    expect(textsIn(store)).toEqual(['message 2']);
    expect(select.unreadOf(store.state, CHAT)).toBe(1);
    expect(store.state.cursors).toEqual({ [CHAT]: 7, 'chat-2': 4 });
    expect([...store.state.starred, ...store.state.contacts]).toEqual(['m2', 'bob']);
    store.applySync(buildSync({ removed: ['chat-2'] }));
    expect([...store.state.chats.keys()]).toEqual([CHAT]);
    expect(store.state.cursors).toEqual({ [CHAT]: 7 });
  });

  it('is the same when a page is read twice', () => {
    const store = buildStore();
    const answer = buildSync({
      chats: [buildChat({ seq: 2, rev: 2, unreadCount: 2 })],
      messages: [buildMessage(1), buildMessage(2)],
      nextCursors: { [CHAT]: 2 },
    });
    store.applySync(answer);
    store.applySync(answer);
    expect(textsIn(store)).toEqual(['message 1', 'message 2']);
    expect(select.unreadOf(store.state, CHAT)).toBe(2);
  });

  it('drops the loaded history of a chat with too many changes, because it has a gap', () => {
    const store = buildStore();
    store.receiveMessage(buildMessage(1));
    store.applySync(buildSync({ chats: [buildChat({ seq: 9000, rev: 9000 })], reset: [CHAT] }));
    expect(store.state.timelines.get(CHAT)?.isLoaded ?? false).toBe(false);
  });
});

describe('chats in the store of the page', () => {
  it('take only their own settings from an older revision', () => {
    const store = buildStore({ type: 'group', name: 'New name', rev: 5 });
    const settings = { mutedUntil: null, pinned: true, archived: false };
    store.putChat(buildChat({ type: 'group', name: 'Old name', rev: 4, settings }));
    expect(store.state.chats.get(CHAT)).toMatchObject({ name: 'New name', settings });
  });

  it('keep the full list of members when a list shows the first ones only', () => {
    const members = [ME, BOB, CARLA].map((userId) => ({ userId, role: 'member' as const }));
    const store = buildStore({ type: 'group', members, memberCount: 3 });
    store.putChat(buildChat({ type: 'group', members: members.slice(0, 1), memberCount: 3 }));
    expect(store.state.chats.get(CHAT).members).toHaveLength(3);
  });

  it('are sorted by their last activity, pinned ones first', () => {
    const store = buildStore({ lastMessage: buildMessage(5) });
    store.putChat(buildChat({ id: 'newer', lastMessage: buildMessage(30) }));
    store.putChat(buildChat({ id: 'pinned', settings: { mutedUntil: null, pinned: true, archived: false } }));
    expect(select.sortedChats(store.state).map((chat: Chat) => chat.id)).toEqual(['pinned', 'newer', CHAT]);
  });

  it('show who is typing until they stop or their message arrives', () => {
    const store = buildStore();
    store.receiveTyping({ chatId: CHAT, userId: BOB, isTyping: true });
    expect(select.typingIn(store.state, CHAT)).toEqual([BOB]);
    expect(select.typingIn(store.state, CHAT, Date.now() + 60_000)).toEqual([]);
    store.receiveMessage(buildMessage(1));
    expect(select.typingIn(store.state, CHAT)).toEqual([]);
  });
});

describe('the rows of a conversation', () => {
  it('separate days and stand together by sender', () => {
    const store = buildStore();
    store.receiveMessage(buildMessage(1));
    store.receiveMessage(buildMessage(2));
    store.receiveMessage(buildMessage(3, { senderId: ME }));
    store.receiveMessage(buildMessage(4, { createdAt: '2026-01-03T12:00:00.000Z', senderId: ME }));
    const rows: Row[] = conversationRows(store.state, CHAT, null);
    expect(rows.map((row) => row.kind)).toEqual(['day', 'message', 'message', 'message', 'day', 'message']);
    expect(rows.flatMap((row) => (row.kind === 'message' ? [row.isFirst] : []))).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  it('begin the unread line at the first message of others after the own watermark', () => {
    const store = buildStore();
    for (const seq of [1, 2, 4]) store.receiveMessage(buildMessage(seq));
    store.receiveMessage(buildMessage(3, { senderId: ME }));
    expect(findUnreadLine(store.state, CHAT, 1)).toEqual({ seq: 2, count: 2 });
    expect(findUnreadLine(store.state, CHAT, 4)).toBeNull();
  });
});
