/**
 * Who is in a group and as what. Each change is a transaction that also writes the chat's own document, so that changes of one
 * group, on whichever node, happen one after another and `memberCount` and `ownerId` are always true.
 */
import { MAX_GROUP_MEMBERS } from '../config/limits';
import { AppError, forbidden, notFound } from '../errors/app-error';
import type { ChatHead } from '../journal/journal.types';
import { ChatModel } from '../models/chat.model';
import { MembershipModel, type MembershipRecord, type Role } from '../models/membership.model';
import type { ObjectId } from '../models/object-id';
import { type ClientSession, inTransaction } from '../models/transaction';
import { trusted } from '../models/trusted';

/** A member's document at the moment of joining: all there was before counts as seen. */
export function placeAt(head: Pick<ChatHead, 'seq' | 'count'>, at: Date, role: Role = 'member') {
  return {
    role,
    joinedAt: at,
    joinedSeq: head.seq,
    deliveredSeq: head.seq,
    readSeq: head.seq,
    shownReadSeq: head.seq,
    readCount: head.count,
    leftAt: null,
    isRemoved: false,
    mutedUntil: null,
    pinned: false,
    archived: false,
  };
}

/**
 * Makes people members, who were some time ago included, and resolves to those who were none until now.
 * @throws conflict when the group would have more than 1,024 members.
 */
export function admitMembers(entry: {
  chatId: string;
  userIds: readonly string[];
  head: ChatHead;
  at: Date;
}): Promise<string[]> {
  const { chatId, head, at } = entry;
  return inTransaction(async (session) => {
    const joining = await findAbsent(chatId, entry.userIds, session);
    if (joining.length === 0) return [];
    await takeSeats(chatId, joining.length, session);
    const operations = joining.map((userId) => ({
      updateOne: { filter: { chatId, userId }, update: { $set: placeAt(head, at) }, upsert: true },
    }));
    await MembershipModel.bulkWrite(operations, { session });
    return joining;
  });
}

/** Those of the users who are no members now. */
export async function findAbsent(
  chatId: string,
  userIds: readonly string[],
  session: ClientSession | null = null,
): Promise<string[]> {
  const filter = { chatId, userId: trusted({ $in: [...userIds] }), leftAt: null };
  const present = await MembershipModel.find(filter, { userId: 1 }).session(session).lean();
  const presentIds = new Set(present.map(({ userId }) => String(userId)));
  return userIds.filter((userId) => !presentIds.has(userId));
}

async function takeSeats(chatId: string, seats: number, session: ClientSession): Promise<void> {
  const taken = await ChatModel.updateOne(
    { _id: chatId, memberCount: trusted({ $lte: MAX_GROUP_MEMBERS - seats }) },
    { $inc: { memberCount: seats } },
    { session },
  );
  if (taken.matchedCount === 0) {
    throw new AppError('conflict', `A group has at most ${MAX_GROUP_MEMBERS} members`);
  }
}

export interface Departure {
  /** False when the person was gone already. */
  isGone: boolean;
  /** Who is owner now because the owner left. */
  newOwnerId: string | null;
}

/** Ends a membership, by leaving or by an admin; when the owner goes, the oldest admin becomes owner, or else the oldest member. */
export function dismissMember(
  chatId: string,
  userId: string,
  end: { at: Date; isRemoved: boolean },
): Promise<Departure> {
  return inTransaction(async (session) => {
    const left = await MembershipModel.findOneAndUpdate(
      { chatId, userId, leftAt: null },
      { $set: { leftAt: end.at, isRemoved: end.isRemoved, role: 'member' } },
      { session },
    ).lean();
    if (!left) return { isGone: false, newOwnerId: null };
    const newOwner = left.role === 'owner' ? await electOwner(chatId, session) : null;
    await ChatModel.updateOne({ _id: chatId }, { $inc: { memberCount: -1 } }, { session });
    if (left.role === 'owner') await setOwner(chatId, newOwner?.userId ?? null, session);
    return { isGone: true, newOwnerId: newOwner ? String(newOwner.userId) : null };
  });
}

async function electOwner(chatId: string, session: ClientSession): Promise<MembershipRecord | null> {
  const oldest = (role: Role) =>
    MembershipModel.findOneAndUpdate(
      { chatId, leftAt: null, role },
      { $set: { role: 'owner' } },
      { session, sort: { joinedAt: 1, _id: 1 } },
    ).lean();
  return (await oldest('admin')) ?? (await oldest('member'));
}

/** Without an owner the group is empty, and nobody shall come in by an old invitation. */
async function setOwner(chatId: string, ownerId: ObjectId | null, session: ClientSession): Promise<void> {
  const close = ownerId === null ? { $unset: { inviteToken: 1, inviteExpiresAt: 1 } } : {};
  await ChatModel.updateOne({ _id: chatId }, { $set: { ownerId }, ...close }, { session });
}

/** Makes a member admin or plain member; resolves to whether that changed anything. @throws not_found */
export async function changeRole(
  chatId: string,
  userId: string,
  role: Exclude<Role, 'owner'>,
): Promise<boolean> {
  const filter = { chatId, userId, leftAt: null, role: trusted({ $ne: 'owner' as const }) };
  const before = await MembershipModel.findOneAndUpdate(filter, { $set: { role } }).lean();
  if (!before) throw notFound('The member');
  return before.role !== role;
}

/** Makes a member owner and the owner until now an admin. @throws not_found, forbidden when the giver is not owner any more. */
export function handOver(chatId: string, ownerId: string, userId: string): Promise<void> {
  return inTransaction(async (session) => {
    const giver = { chatId, userId: ownerId, leftAt: null, role: 'owner' as const };
    const given = await MembershipModel.updateOne(giver, { $set: { role: 'admin' } }, { session });
    if (given.matchedCount === 0) throw forbidden('Only the owner of the group may change roles');
    const taker = { chatId, userId, leftAt: null };
    const taken = await MembershipModel.findOneAndUpdate(taker, { $set: { role: 'owner' } }, { session });
    if (!taken) throw notFound('The member');
    await setOwner(chatId, taken.userId, session);
  });
}
