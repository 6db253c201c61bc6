import { ChatModel } from '../models/chat.model';
import { gatherReads, type ReadMany } from '../models/gathered-reads';
import { pairOf } from '../models/id-pair';
import { MembershipModel } from '../models/membership.model';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import { UserModel } from '../models/user.model';
import { isBlocked } from '../policies/contact.policy';
import { readPairs, toRelation } from './relation.service';
import type { Roster, RosterMember } from './roster.types';

/** Reads what is known of chats; when many cold ones wake up at once, as after a start, they cost four queries and not four each. */
export const readRosters: ReadMany<Roster> = gatherReads(async (chatIds) => {
  const ids = chatIds.map(toObjectId);
  const [chats, rows] = await Promise.all([
    ChatModel.find({ _id: trusted({ $in: ids }) }, { type: 1, disappearingSeconds: 1 }).lean(),
    MembershipModel.find(
      { chatId: trusted({ $in: ids }), leftAt: null },
      { chatId: 1, userId: 1, role: 1, joinedSeq: 1 },
    ).lean(),
  ]);
  const membersOf = new Map<string, Map<string, RosterMember>>(chatIds.map((id) => [id, new Map()]));
  for (const { chatId, userId, role, joinedSeq } of rows) {
    membersOf.get(String(chatId))?.set(String(userId), { role, joinedSeq });
  }
  const members = (id: string) => membersOf.get(id) ?? new Map<string, RosterMember>();
  const privateIds = chats.filter((chat) => chat.type === 'private').map((chat) => String(chat._id));
  const over = await findOver(new Map(privateIds.map((id) => [id, [...members(id).keys()]])));
  return new Map(
    chats.map(({ _id, type, disappearingSeconds }) => {
      const chatId = String(_id);
      const memberIds = [...members(chatId).keys()];
      const isBlocked = over.has(chatId);
      return [chatId, { chatId, type, disappearingSeconds, members: members(chatId), memberIds, isBlocked }];
    }),
  );
});

/** The private chats in which nobody can write any more: one blocked the other, or one of the two is gone. */
async function findOver(pairs: Map<string, string[]>): Promise<Set<string>> {
  const userIds = [...new Set([...pairs.values()].flat())];
  const [deleted, sides] = await Promise.all([
    UserModel.find(
      { _id: trusted({ $in: userIds.map(toObjectId) }), deletedAt: trusted({ $ne: null }) },
      { _id: 1 },
    ).lean(),
    readPairs([...pairs.values()].flatMap(([a, b]) => (a && b ? pairOf(a, b) : []))),
  ]);
  const gone = new Set(deleted.map((user) => String(user._id)));
  const isOver = ([a, b]: string[]) => {
    if (!a || !b || gone.has(a) || gone.has(b)) return true;
    const { mine, theirs } = sides.get(pairOf(a, b)) ?? {};
    return isBlocked(toRelation(mine, theirs));
  };
  return new Set([...pairs].filter(([, pair]) => isOver(pair)).map(([chatId]) => chatId));
}
