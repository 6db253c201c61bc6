/** A random history of messages, reads, clears, joins and requests; the counts must be what counting by hand gives. */

import { ChatModel } from '../../src/models/chat.model';
import { ContactModel } from '../../src/models/contact.model';
import { MembershipModel } from '../../src/models/membership.model';
import { MessageModel } from '../../src/models/message.model';
import { trusted } from '../../src/models/trusted';
import { createNotificationService } from '../../src/services/notification.service';
import { noCache } from '../support/cache';
import { chatNode, people } from '../support/chat-fixtures';
import { clockAhead } from '../support/native-world';
import { useDatabase } from '../support/user-fixtures';

useDatabase('recount');
const clock = clockAhead();
const node = chatNode(clock);
const notifications = createNotificationService({
  journal: node.journal,
  bus: node.bus,
  clock,
  cache: noCache(),
});
afterAll(() => node.stop());

/** Repeatable, so that a failure can be looked into. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

type Model = Map<string, { read: number; cleared: number }>;

/** Messages of others after both of the user's own marks, one by one from the log. */
async function countByHand(userId: string, marks: Model): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { chatId } of await MembershipModel.find({ userId, leftAt: null }).lean()) {
    const { read, cleared } = marks.get(`${chatId}:${userId}`) ?? { read: 0, cleared: 0 };
    const messages = await MessageModel.find({
      chatId,
      seq: trusted({ $gt: Math.max(read, cleared) }),
    }).lean();
    const unread = messages.filter(
      ({ content, senderId }) => content?.type !== 'system' && String(senderId) !== userId,
    );
    if (unread.length > 0) counts.set(String(chatId), unread.length);
  }
  return counts;
}

it.each([1, 2, 3])('counts what counting by hand gives, history %i', async (seed) => {
  const roll = dice(seed);
  const users = await people('Ann', 'Ben', 'Cleo', 'Dan');
  const ids = users.map(({ userId }) => userId);
  const [ann, ben] = users;
  const chatIds = [
    (await node.chats.openPrivate(ann, ben.userId)).chat.id,
    await node.groups.create(ann, { name: 'All', memberIds: ids.slice(1) }),
  ];
  const marks: Model = new Map();
  const markOf = (chatId: string, userId: string) => {
    const key = `${chatId}:${userId}`;
    const mark = marks.get(key) ?? { read: 0, cleared: 0 };
    marks.set(key, mark);
    return mark;
  };
  for (let step = 0; step < 120; step += 1) {
    const chatId = chatIds[roll(2)] ?? '';
    const members = chatId === chatIds[0] ? ids.slice(0, 2) : ids;
    const userId = members[roll(members.length)] ?? '';
    const { seq } = await node.journal.head(chatId);
    const action = roll(6);
    if (action < 3) {
      markOf(chatId, userId).read = (await node.say(chatId, userId, `step ${step}`)).seq;
    } else if (action === 3 && seq > 0) {
      const to = 1 + roll(seq);
      await node.receipts.markChat({ userId } as never, 'read', chatId, to);
      const mark = markOf(chatId, userId);
      mark.read = Math.max(mark.read, to);
    } else if (action === 4) {
      await notifications.clear(userId, chatId);
      markOf(chatId, userId).cleared = seq;
    } else {
      await node.receipts.markChat({ userId } as never, 'delivered', chatId);
    }
    if (step % 10 !== 9) continue;
    for (const id of ids) {
      const byHand = await countByHand(id, marks);
      const { chats, total } = await notifications.counts(id);
      expect(new Map(chats.map((one) => [one.chatId, one.count]))).toEqual(byHand);
      expect(total).toBe([...byHand.values()].reduce((sum, n) => sum + n, 0));
      const { entries } = await notifications.list(id, { limit: 100 });
      expect(entries).toHaveLength(byHand.size);
    }
  }
});

it('moves the cleared mark up only, however clears and messages cross', async () => {
  const [ann, ben] = await people('Ann', 'Ben');
  const { id: chatId } = (await node.chats.openPrivate(ann, ben.userId)).chat;
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      i % 2 ? notifications.clear(ben.userId, chatId) : node.say(chatId, ann.userId, `${i}`),
    ),
  );
  await notifications.clear(ben.userId, chatId);
  expect((await notifications.counts(ben.userId)).total).toBe(0);
  const membership = await MembershipModel.findOne({ chatId, userId: ben.userId }).lean();
  expect(membership?.clearedCount).toBe(10);
  await MembershipModel.updateOne({ chatId, userId: ben.userId }, { $max: { clearedCount: 3 } });
  expect((await notifications.counts(ben.userId)).total).toBe(0);
});

it('reads a fixed number of times for somebody with a thousand chats', async () => {
  const [ann] = await people('Ann');
  const at = clock.now();
  const chats = await ChatModel.insertMany(
    Array.from({ length: 1000 }, () => ({ type: 'group', name: 'Many', count: 2, lastActivityAt: at })),
  );
  await MembershipModel.insertMany(
    chats.map(({ _id }) => ({ chatId: _id, userId: ann.userId, joinedAt: at, readCount: 1 })),
  );
  await ContactModel.create({
    ownerId: ann.userId,
    userId: chats[0]?._id,
    status: 'pending',
    direction: 'incoming',
  });
  let queries = 0;
  ChatModel.base.set('debug', () => {
    queries += 1;
  });
  const { total, chats: counted } = await notifications.counts(ann.userId);
  ChatModel.base.set('debug', false);
  expect([total, counted.length]).toEqual([1001, 1000]);
  expect(queries).toBe(4);
});
