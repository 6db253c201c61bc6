/**
 * The two sides of a relationship: what each of two people holds about the other. Whatever changes both changes them in one
 * transaction, and every such transaction writes the side its decision rests on; so of two that cross one fails and decides anew.
 */
import { ContactModel, type ContactRecord } from '../models/contact.model';
import type { ClientSession } from '../models/transaction';

/** What the owner holds about the user, and the user about the owner. */
export interface Pair {
  mine: ContactRecord | null;
  theirs: ContactRecord | null;
}

/** How a pair was, and the sides that changed, the actor's first. */
export interface PairChange {
  before: Pair;
  sides: ContactRecord[];
}

/** The fields of a side that services may set. */
export type SidePatch = Partial<
  Pick<ContactRecord, 'status' | 'direction' | 'isBlocked' | 'requestedAt' | 'viewedAt' | 'rejectedAt'>
>;

const UNKNOWN = { status: 'none', direction: 'outgoing', isBlocked: false } as const;

/** Both sides as they stand, in the transaction of `session` if there is one. */
export async function readPair(
  ownerId: string,
  userId: string,
  session: ClientSession | null = null,
): Promise<Pair> {
  const sides = await ContactModel.find({
    $or: [
      { ownerId, userId },
      { ownerId: userId, userId: ownerId },
    ],
  })
    .session(session)
    .lean();
  const of = (id: string) => sides.find((side) => String(side.ownerId) === id) ?? null;
  return { mine: of(ownerId), theirs: of(userId) };
}

/** Sets fields of the owner's side, making it if need be, and resolves to what it is then; its feed has yet to learn of it. */
export async function writeSide(
  ownerId: string,
  userId: string,
  patch: SidePatch,
  session: ClientSession,
): Promise<ContactRecord> {
  const onInsert = Object.fromEntries(Object.entries(UNKNOWN).filter(([key]) => !(key in patch)));
  return ContactModel.findOneAndUpdate(
    { ownerId, userId },
    { $set: { ...patch, isUntold: true }, $inc: { rev: 1 }, $setOnInsert: onInsert },
    { upsert: true, returnDocument: 'after', session, setDefaultsOnInsert: false },
  )
    .lean()
    .orFail();
}

/** The owner's side, named by its own id or by the id of the person it is about. */
export function findSide(ownerId: string, contactOrUserId: string): Promise<ContactRecord | null> {
  return ContactModel.findOne({
    $or: [
      { _id: contactOrUserId, ownerId },
      { ownerId, userId: contactOrUserId },
    ],
  }).lean();
}

/** The owner was asked and has not answered. */
export function isAsked(side: ContactRecord | null): boolean {
  return side?.status === 'pending' && side.direction === 'incoming';
}
