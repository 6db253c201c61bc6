import { ChatModel } from '../../src/models/chat.model';
import { MembershipModel } from '../../src/models/membership.model';
import { MessageModel, revOf } from '../../src/models/message.model';
import { buildChat, newId, openJournal, readLog, text } from '../support/journal';
import { useDatabase } from '../support/user-fixtures';

useDatabase('journal');

const oneTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('the journal on one node', () => {
  it('numbers the messages of many senders at once from 1 without a gap, in the order it announces them', async () => {
    const journal = openJournal();
    const senders = oneTo(8).map(newId);
    const chatId = await buildChat(senders);
    await Promise.all(
      senders.flatMap((senderId) =>
        oneTo(50).map((n) => journal.append({ chatId, senderId, content: text(String(n)), tempId: `t${n}` })),
      ),
    );
    const log = await readLog(chatId);
    expect(log.map((message) => message.seq)).toEqual(oneTo(400));
    expect(log.map((message) => message.rev)).toEqual(oneTo(400));
    await journal.stop();
    expect(journal.delivered.map((message) => message.seq)).toEqual(oneTo(400));
  });

  it('keeps the order in which one sender sent', async () => {
    const journal = openJournal();
    const senderId = newId();
    const chatId = await buildChat([senderId]);
    await Promise.all(oneTo(200).map((n) => journal.append({ chatId, senderId, content: text(String(n)) })));
    const log = await readLog(chatId);
    expect(log.map((message) => message.content)).toEqual(oneTo(200).map((n) => text(String(n))));
    await journal.stop();
  });

  it('makes one message of the same key sent many times at once', async () => {
    const journal = openJournal();
    const senderId = newId();
    const chatId = await buildChat([senderId]);
    const entry = { chatId, senderId, content: text('once'), tempId: 'same' };
    const results = await Promise.all(oneTo(20).map(() => journal.append(entry)));
    expect(new Set(results.map((result) => String(result.message._id))).size).toBe(1);
    expect(results.filter((result) => result.isNew)).toHaveLength(1);
    expect(await readLog(chatId)).toHaveLength(1);
    await journal.stop();
  });

  it('leaves no hole when a batch holds keys that were stored long before', async () => {
    const journal = openJournal();
    const senderId = newId();
    const chatId = await buildChat([senderId]);
    const otherChat = await buildChat([senderId]);
    const send = (n: number) =>
      journal.append({ chatId, senderId, content: text(String(n)), tempId: `k${n}` });
    await Promise.all([2, 5, 6].map(send));
    await Promise.all([
      ...oneTo(10).map(send),
      ...oneTo(5).map((n) => journal.append({ chatId: otherChat, senderId, content: text(`o${n}`) })),
    ]);
    expect((await readLog(chatId)).map((message) => message.seq)).toEqual(oneTo(10));
    expect((await readLog(otherChat)).map((message) => message.seq)).toEqual(oneTo(5));
    await journal.stop();
  });

  it('refuses a key that was used for another content or another chat, in memory and from the database', async () => {
    const journal = openJournal();
    const senderId = newId();
    const chatId = await buildChat([senderId]);
    const otherChat = await buildChat([senderId]);
    const entry = { chatId, senderId, content: text('first'), tempId: 'key' };
    const first = journal.append(entry);
    await expect(journal.append({ ...entry, content: text('second') })).rejects.toMatchObject({
      code: 'conflict',
    });
    await first;
    await expect(journal.append({ ...entry, content: text('third') })).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(journal.append({ ...entry, chatId: otherChat })).rejects.toMatchObject({ code: 'conflict' });
    expect(await readLog(chatId)).toHaveLength(1);
    expect(await readLog(otherChat)).toHaveLength(0);
    await journal.stop();
  });

  it('refuses at once what exceeds its queue, with nothing half done', async () => {
    const journal = openJournal(3);
    const senderId = newId();
    const chatId = await buildChat([senderId]);
    const results = await Promise.allSettled(
      oneTo(10).map((n) => journal.append({ chatId, senderId, content: text(String(n)) })),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(7);
    expect(refused.map((result) => (result as PromiseRejectedResult).reason.code)).toEqual(
      Array(7).fill('unavailable'),
    );
    expect((await readLog(chatId)).map((message) => message.seq)).toEqual(oneTo(3));
    await journal.stop();
  });

  it('gives each change the next rev, also between messages, and leaves out changes that change nothing', async () => {
    const journal = openJournal();
    const senderId = newId();
    const chatId = await buildChat([senderId]);
    const { message } = await journal.append({ chatId, senderId, content: text('a') });
    const [edited] = await Promise.all([
      journal.amend(chatId, message._id, () => ({ content: text('b') })),
      journal.append({ chatId, senderId, content: text('c') }),
      journal.amend(chatId, message._id, () => undefined),
    ]);
    expect(edited.isChanged).toBe(true);
    const revs = (await readLog(chatId)).map(revOf);
    expect(revs.sort()).toEqual([2, 3]);
    expect(await journal.head(chatId)).toEqual({ seq: 2, rev: 3, count: 2 });
    await journal.stop();
  });

  it('projects heads and the senders own watermarks, so that unread equals a recount', async () => {
    const journal = openJournal();
    const [alice, bob, carol] = [newId(), newId(), newId()];
    const chatId = await buildChat([alice, bob, carol]);
    for (let n = 0; n < 30; n += 1) {
      const senderId = [alice, bob, alice, carol][n % 4] ?? alice;
      const content =
        n % 7 === 3 ? { type: 'system' as const, event: 'group_updated' as const } : text(String(n));
      await journal.append({ chatId, senderId, content });
    }
    await journal.settle([chatId]);
    const chat = await ChatModel.findById(chatId).lean();
    const log = await readLog(chatId);
    expect(chat).toMatchObject({ seq: 30, rev: 30, lastMessageId: log.at(-1)?._id });
    for (const userId of [alice, bob, carol]) {
      const member = await MembershipModel.findOne({ chatId, userId }).lean();
      const unread = log.filter(
        (row) =>
          row.seq > (member?.readSeq ?? 0) &&
          row.content?.type !== 'system' &&
          String(row.senderId) !== userId,
      );
      expect((chat?.count ?? 0) - (member?.readCount ?? 0)).toBe(unread.length);
    }
    await journal.stop();
  });

  it('derives anew at the start what a crash kept from being projected', async () => {
    const crashed = openJournal();
    const senderId = newId();
    const chatId = await buildChat([senderId, newId()]);
    const { message } = await crashed.append({ chatId, senderId, content: text('one') });
    await crashed.append({ chatId, senderId, content: text('two') });
    await crashed.amend(chatId, message._id, () => ({ content: text('changed') }));
    await crashed.settle([chatId]);
    // What a crash before the projection leaves behind.
    await ChatModel.updateOne({ _id: chatId }, { $set: { seq: 0, rev: 0, count: 0, lastMessageId: null } });
    await MembershipModel.updateOne(
      { chatId, userId: senderId },
      { $set: { readSeq: 0, readCount: 0, deliveredSeq: 0 } },
    );

    const restarted = openJournal();
    await restarted.recover();
    expect(await ChatModel.findById(chatId).lean()).toMatchObject({ seq: 2, rev: 3, count: 2 });
    const own = await MembershipModel.findOne({ chatId, userId: senderId }).lean();
    expect(own).toMatchObject({ readSeq: 2, readCount: 2, deliveredSeq: 2 });
    await Promise.all([crashed.stop(), restarted.stop()]);
  });
});

describe('two nodes on one database', () => {
  it('write into one hot chat without gap, double or swapped order', async () => {
    const nodes = [openJournal(), openJournal()];
    const senders = oneTo(6).map(newId);
    const chatId = await buildChat(senders);
    await Promise.all(
      senders.flatMap((senderId, i) =>
        oneTo(60).map((n) =>
          nodes[i % 2]?.append({ chatId, senderId, content: text(String(n)), tempId: `n${n}` }),
        ),
      ),
    );
    const log = await readLog(chatId);
    expect(log.map((message) => message.seq)).toEqual(oneTo(360));
    for (const senderId of senders) {
      const own = log.filter((message) => String(message.senderId) === senderId);
      expect(own.map((message) => message.content)).toEqual(oneTo(60).map((n) => text(String(n))));
    }
    await Promise.all(nodes.map((node) => node.stop()));
  });

  it('make one message of a key that both get at once, and leave no hole for those behind it', async () => {
    const nodes = [openJournal(), openJournal()];
    const senderId = newId();
    const chatId = await buildChat([senderId]);
    const sends = oneTo(30).flatMap((n) =>
      nodes.map((node) => node.append({ chatId, senderId, content: text(String(n)), tempId: `k${n}` })),
    );
    const results = await Promise.all(sends);
    const log = await readLog(chatId);
    expect(log.map((message) => message.seq)).toEqual(oneTo(30));
    expect(results.filter((result) => result.isNew)).toHaveLength(30);
    await Promise.all(nodes.map((node) => node.stop()));
  });

  it('change one message at once and lose none of the changes', async () => {
    const nodes = [openJournal(), openJournal()] as const;
    const senderId = newId();
    const chatId = await buildChat([senderId]);
    const { message } = await nodes[0].append({ chatId, senderId, content: text('') });
    await Promise.all(
      oneTo(20).map((n) =>
        nodes[n % 2]?.amend(chatId, message._id, (latest) => {
          const before = latest.content?.type === 'text' ? latest.content.text : '';
          return { content: text(`${before}x`) };
        }),
      ),
    );
    const changed = await MessageModel.findById(message._id).lean();
    expect(changed).toMatchObject({ content: text('x'.repeat(20)) });
    expect(changed?.lastRev).toBeGreaterThanOrEqual(21);
    await Promise.all(nodes.map((node) => node.stop()));
  });

  it('never take a rev again that a change made on the other node has had', async () => {
    const [a, b] = [openJournal(), openJournal()];
    const senderId = newId();
    const chatId = await buildChat([senderId]);
    const { message } = await b.append({ chatId, senderId, content: text('0') });
    for (let n = 1; n <= 3; n += 1) await a.amend(chatId, message._id, () => ({ content: text(String(n)) }));
    // Node b has not heard of the three changes.
    const next = await b.append({ chatId, senderId, content: text('next') });
    expect(revOf(next.message)).toBe(5);
    const { message: again } = await b.amend(chatId, message._id, () => ({ content: text('last') }));
    expect(revOf(again)).toBe(6);
    await Promise.all([a.stop(), b.stop()]);
  });

  it('count what the other wrote before they go on', async () => {
    const [a, b] = [openJournal(), openJournal()];
    const senderId = newId();
    const chatId = await buildChat([senderId]);
    for (let n = 0; n < 10; n += 1)
      await (n % 2 ? a : b).append({ chatId, senderId, content: text(String(n)) });
    expect((await readLog(chatId)).map((message) => message.seq)).toEqual(oneTo(10));
    await Promise.all([a.stop(), b.stop()]);
  });
});
