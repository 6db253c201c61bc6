import type { MessageRecord } from '../../src/models/message.model';
import { MessageModel } from '../../src/models/message.model';
import { SearchChunkModel } from '../../src/models/search-chunk.model';
import { SearchProgressModel } from '../../src/models/search-progress.model';
import { createMessageSearchService } from '../../src/services/message-search.service';
import { movableClock } from '../support/auth-harness';
import { chatNode, codeOf, people } from '../support/chat-fixtures';
import { useDatabase } from '../support/user-fixtures';

const clock = movableClock();
const node = chatNode(clock);
const otherNode = chatNode(clock);
afterAll(() => Promise.all([node.stop(), otherNode.stop()]));
// Registered last, so that the nodes stop before their database goes.
useDatabase('message_search');

type Who = { userId: string };

async function chatOfTwo() {
  const [anna, ben] = await people('Anna', 'Ben');
  const { id } = (await node.chats.openPrivate(anna, ben.userId)).chat;
  return { anna, ben, id };
}

function textsOf(messages: MessageRecord[]): string[] {
  return messages.map(({ content }) => (content?.type === 'text' ? content.text : (content?.type ?? 'gone')));
}

async function find(who: Who, chatId: string, q: string): Promise<string[]> {
  return textsOf((await node.search.searchChat(who, chatId, { q, limit: 100 })).messages);
}

async function findEverywhere(who: Who, q: string): Promise<string[]> {
  return textsOf((await node.search.searchAll(who, { q, limit: 100 })).messages);
}

/** All pages of a search, until the cursor ends. */
async function allPages(
  search: (cursor?: string) => Promise<{ messages: MessageRecord[]; nextCursor: string | null }>,
) {
  const pages: MessageRecord[][] = [];
  let cursor: string | undefined;
  do {
    const page = await search(cursor);
    pages.push(page.messages);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return pages;
}

async function edit(message: MessageRecord, text: string): Promise<void> {
  const content = { type: 'text', text } as const;
  await node.journal.amend(String(message.chatId), message._id, () => ({ content, editedAt: clock.now() }));
}

async function sayMany(chatId: string, senderId: string, texts: string[]): Promise<void> {
  for (let i = 0; i < texts.length; i += 500) {
    await Promise.all(texts.slice(i, i + 500).map((text) => node.say(chatId, senderId, text)));
  }
}

describe('what a search finds', () => {
  it.each([
    ['a word', 'fish', ['The fish is fresh', 'Fishing at noon']],
    ['a part of a word', 'shin', ['Fishing at noon']],
    ['other letter cases and accents', 'CAFE', ['Café, or coffee?']],
    ['several words in any order', 'noon fish', ['Fishing at noon']],
    ['a single letter', 'z', ['zebra']],
    ['Japanese', '日本', ['日本語を話します']],
    ['part of a Japanese sentence', '話し', ['日本語を話します']],
    ['one Chinese character', '京', ['我在北京工作']],
    ['Chinese without spaces', '北京工作', ['我在北京工作']],
    ['full-width letters', 'ＡＢＣ', ['abc tower']],
    ['Cyrillic', 'привет', ['Привет, мир']],
    ['dots and stars as they are', '.*', ['regex: .*']],
    ['a dollar as it is', '$', ['costs 5$']],
    ['a bracket as it is', '[', ['open [ bracket']],
    ['nothing where only some of the words occur', 'fish zebra', []],
    ['nothing where the letters are there but not the word', 'noonish', []],
    ['nothing for white space', '   ', []],
  ])('%s', async (_what, q, expected) => {
    const { anna, ben, id } = await corpus();
    expect(await find(ben, id, q)).toEqual(expected);
    expect(await findEverywhere(anna, q)).toEqual(expected);
  });

  let stored: Promise<{ anna: Who; ben: Who; id: string }> | undefined;
  function corpus() {
    stored ??= (async () => {
      const chat = await chatOfTwo();
      const texts = ['Fishing at noon', 'The fish is fresh', 'Café, or coffee?', 'zebra', '日本語を話します'];
      texts.push('我在北京工作', 'abc tower', 'Привет, мир', 'regex: .*', 'costs 5$', 'open [ bracket');
      for (const text of texts) await node.say(chat.id, chat.anna.userId, text);
      return chat;
    })();
    return stored;
  }

  it('captions, file names and names of places, but no system messages', async () => {
    const { anna, id } = await chatOfTwo();
    const url = 'https://files.example.org/1';
    await node.say(id, anna.userId, { type: 'image', url, caption: 'Sunset at the harbour' });
    await node.say(id, anna.userId, { type: 'document', url, name: 'Harbour-plan.pdf' });
    await node.say(id, anna.userId, { type: 'location', latitude: 1, longitude: 2, name: 'Old harbour' });
    await node.say(id, anna.userId, { type: 'system', event: 'group_updated', name: 'Harbour' });
    expect(await find(anna, id, 'harbour')).toEqual(['location', 'document', 'image']);
    expect(await find(anna, id, 'plan.pdf')).toEqual(['document']);
  });
});

describe('what a search respects', () => {
  it('finds an edited message by its new text and not by its old one, however old it is', async () => {
    const { anna, id } = await chatOfTwo();
    const old = await node.say(id, anna.userId, 'the raven');
    await sayMany(
      id,
      anna.userId,
      Array.from({ length: 150 }, (_, i) => `filler ${i}`),
    );
    expect(await find(anna, id, 'raven')).toEqual(['the raven']);
    await edit(old, 'the nightingale');
    expect(await find(anna, id, 'raven')).toEqual([]);
    expect(await find(anna, id, 'nightingale')).toEqual(['the nightingale']);
    expect(await findEverywhere(anna, 'nightingale')).toEqual(['the nightingale']);
  });

  it('does not find what is deleted, for everyone or for oneself, or has expired', async () => {
    const { anna, ben, id } = await chatOfTwo();
    const gone = await node.say(id, anna.userId, 'secret one');
    const hidden = await node.say(id, anna.userId, 'secret two');
    const expiresAt = new Date(clock.now().getTime() + 5000);
    const content = { type: 'text', text: 'secret three' } as const;
    await node.journal.append({ chatId: id, senderId: anna.userId, content, expiresAt });
    expect(await find(ben, id, 'secret')).toEqual(['secret three', 'secret two', 'secret one']);
    await node.journal.amend(id, gone._id, () => ({ content: null, deletedAt: clock.now() }));
    await MessageModel.updateOne({ _id: hidden._id }, { $push: { deletedFor: ben.userId } });
    clock.advance(5000);
    expect(await find(ben, id, 'secret')).toEqual([]);
    expect(await find(anna, id, 'secret')).toEqual(['secret two']);
  });

  it('shows nothing from before joining, and nothing to who is not or no longer a member', async () => {
    const [anna, ben, carl] = await people('Anna', 'Ben', 'Carl');
    const id = await node.groups.create(anna, { name: 'Trip', memberIds: [] });
    await node.say(id, anna.userId, 'treasure before');
    await node.groups.addMembers(anna, id, [ben.userId]);
    await node.say(id, anna.userId, 'treasure after');
    expect(await find(ben, id, 'treasure')).toEqual(['treasure after']);
    expect(await findEverywhere(ben, 'treasure')).toEqual(['treasure after']);
    expect(await codeOf(find(carl, id, 'treasure'))).toBe('not_found');
    expect(await findEverywhere(carl, 'treasure')).toEqual([]);
    await node.groups.removeMember(ben, id, ben.userId);
    expect(await codeOf(find(ben, id, 'treasure'))).toBe('not_found');
    expect(await findEverywhere(ben, 'treasure')).toEqual([]);
  });

  it('refuses a cursor that is none', async () => {
    const { anna, id } = await chatOfTwo();
    const search = node.search.searchChat(anna, id, { q: 'x', limit: 5, cursor: '{"$gt":1}' });
    expect(await codeOf(search)).toBe('validation_failed');
  });
});

describe('pages of a search', () => {
  it('come newest first by seq in one chat, each message once', async () => {
    const { anna, id } = await chatOfTwo();
    const texts = Array.from({ length: 400 }, (_, i) => (i % 3 === 0 ? `apple ${i}` : `pear ${i}`));
    await sayMany(id, anna.userId, texts);
    const pages = await allPages((cursor) =>
      node.search.searchChat(anna, id, { q: 'apple', limit: 30, cursor }),
    );
    const seqs = pages.flat().map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => b - a));
    expect(textsOf(pages.flat()).sort()).toEqual(texts.filter((text) => text.startsWith('apple')).sort());
    expect(pages.slice(0, -1).every((page) => page.length === 30)).toBe(true);
  });

  it('come newest first by time over all chats, also where several were written in the same millisecond', async () => {
    const { anna, ben, id } = await chatOfTwo();
    const chatIds = [id];
    for (const name of ['One', 'Two', 'Three']) {
      chatIds.push(await node.groups.create(anna, { name, memberIds: [ben.userId] }));
    }
    for (let i = 0; i < 120; i += 1) {
      if (i % 4 === 0) clock.advance(1);
      await node.say(chatIds[(i % 7) % 4] ?? id, anna.userId, `${i % 2 ? 'plum' : 'apricot'} ${i}`);
    }
    const pages = await allPages((cursor) => node.search.searchAll(ben, { q: 'plum', limit: 7, cursor }));
    const found = pages.flat();
    const places = found.map(({ createdAt, _id }) => `${createdAt.toISOString()} ${_id}`);
    expect(places).toEqual([...places].sort().reverse());
    expect(places).toHaveLength(60);
    expect(new Set(places).size).toBe(60);
  });
});

describe('the index of the search', () => {
  it('is written by the search, not by sending, and only adds what changed since', async () => {
    const { anna, id } = await chatOfTwo();
    await sayMany(
      id,
      anna.userId,
      Array.from({ length: 130 }, (_, i) => `note ${i}`),
    );
    expect(await SearchChunkModel.countDocuments({ chatId: id })).toBe(0);
    expect(await find(anna, id, 'note 129')).toEqual(['note 129']);
    const chunks = await SearchChunkModel.find({ chatId: id }).sort({ fromSeq: 1 }).lean();
    expect(chunks.map(({ fromSeq, toSeq }) => [fromSeq, toSeq])).toEqual([
      [1, 64],
      [65, 128],
      [129, 192],
    ]);
    expect((await SearchProgressModel.findById(id).lean())?.rev).toBe(130);
    await node.say(id, anna.userId, 'one more');
    expect(await find(anna, id, 'more')).toEqual(['one more']);
    expect((await SearchProgressModel.findById(id).lean())?.rev).toBe(131);
  });

  it('finds everything while it is far behind, page by page', async () => {
    const { anna, id } = await chatOfTwo();
    await sayMany(
      id,
      anna.userId,
      Array.from({ length: 2600 }, (_, i) => (i % 100 ? 'hay' : `needle ${i}`)),
    );
    const lazy = { catchUp: (_: unknown, __: number) => node.indexer.catchUp([], 0), goOn: () => undefined };
    const behind = createMessageSearchService({ journal: node.journal, indexer: lazy, clock });
    const pages = await allPages((cursor) => behind.searchChat(anna, id, { q: 'needle', limit: 10, cursor }));
    expect(pages.flat()).toHaveLength(26);
    expect(await codeOf(behind.searchAll(anna, { q: 'needle', limit: 10 }))).toBe('unavailable');
    expect(await find(anna, id, 'needle')).toHaveLength(26);
    expect(await findEverywhere(anna, 'needle')).toHaveLength(26);
  });

  it('is right when two nodes build it at once while people write and edit', async () => {
    const { anna, ben, id } = await chatOfTwo();
    const first = await node.say(id, anna.userId, 'swan 0');
    const work: Promise<unknown>[] = [];
    for (let i = 1; i <= 300; i += 1) {
      work.push(node.say(id, anna.userId, `swan ${i}`));
      if (i % 20 === 0) work.push(otherNode.search.searchChat(ben, id, { q: 'swan', limit: 5 }));
      if (i % 30 === 0) work.push(node.search.searchAll(anna, { q: 'swan', limit: 5 }));
      if (i % 60 === 0) work.push(edit(first, `heron ${i}`));
    }
    await Promise.all(work);
    expect(await find(anna, id, 'swan')).toHaveLength(100);
    const pages = await allPages((cursor) =>
      node.search.searchChat(anna, id, { q: 'swan', limit: 100, cursor }),
    );
    expect(pages.flat()).toHaveLength(300);
    expect(await find(anna, id, 'heron')).toHaveLength(1);
  });

  it('ends a page early rather than compare without bounds, and goes on from there', async () => {
    const { anna, id } = await chatOfTwo();
    const long = 'aba bab '.repeat(450);
    await sayMany(
      id,
      anna.userId,
      Array.from({ length: 900 }, (_, i) => (i === 0 ? 'abab' : long)),
    );
    // Every chunk has all the pieces of the query, only the first message has the word.
    const pages = await allPages((cursor) =>
      node.search.searchChat(anna, id, { q: 'abab', limit: 10, cursor }),
    );
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.flat()).toHaveLength(1);
    const everywhere = await allPages((cursor) =>
      node.search.searchAll(anna, { q: 'abab', limit: 10, cursor }),
    );
    expect(everywhere.flat()).toHaveLength(1);
  });
});
