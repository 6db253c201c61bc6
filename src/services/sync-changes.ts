import type { MembershipRecord } from '../models/membership.model';
import { type ChangeMarker, MessageModel, type MessageRecord, revOf } from '../models/message.model';
import type { ObjectId } from '../models/object-id';

/**
 * A marker without its change is either about to be followed by it or was left by a crash. As long as it may be the former nothing
 * above it is told, or a client's cursor would pass a change it never saw. Longer than the journal tries.
 */
const MARKER_SETTLES_MS = 15_000;
const ROWS_PER_READ = 500;

export interface ChatChanges {
  messages: MessageRecord[];
  /** Where the next call goes on. */
  nextRev: number;
  /** The room was used up before the end. */
  isCut: boolean;
}

/** A row of the log: a message, or with `ref` the marker of a later change to one. */
export type Row = Pick<MessageRecord | ChangeMarker, 'rev' | 'createdAt'> & { ref?: ObjectId };

/**
 * Walks a chat's log from `fromRev` to `head` and gives each message that changed there once, at its latest change, as it stands
 * now; messages before the member's joining and those deleted for the member are left out.
 */
export async function readChatChanges(walk: {
  membership: MembershipRecord;
  userId: string;
  fromRev: number;
  head: number;
  room: number;
}): Promise<ChatChanges> {
  const { membership, userId, head, room } = walk;
  const changes: ChatChanges = { messages: [], nextRev: walk.fromRev, isCut: false };
  while (changes.nextRev < head) {
    const rows = await readRows(membership.chatId, changes.nextRev, head);
    if (rows.length === 0) return { ...changes, nextRev: head };
    const messages = await readMessages(membership.chatId, rows);
    for (const row of rows) {
      const message = messages.get(String(row.ref ?? row._id));
      if (isUnsettled(row, message)) return changes;
      if (message && revOf(message) === row.rev && isVisible(message, membership, userId)) {
        if (changes.messages.length === room) return { ...changes, isCut: true };
        changes.messages.push(message);
      }
      changes.nextRev = row.rev;
    }
  }
  return changes;
}

async function readRows(
  chatId: ObjectId,
  aboveRev: number,
  head: number,
): Promise<Array<Row & { _id: ObjectId }>> {
  return MessageModel.collection
    .find<Row & { _id: ObjectId }>(
      { chatId, rev: { $gt: aboveRev, $lte: head } },
      { projection: { rev: 1, ref: 1, createdAt: 1 } },
    )
    .sort({ rev: 1 })
    .limit(ROWS_PER_READ)
    .toArray();
}

async function readMessages(
  chatId: ObjectId,
  rows: Array<Row & { _id: ObjectId }>,
): Promise<Map<string, MessageRecord>> {
  const ids = [...new Map(rows.map((row) => [String(row.ref ?? row._id), row.ref ?? row._id])).values()];
  const found = await MessageModel.collection.find<MessageRecord>({ _id: { $in: ids }, chatId }).toArray();
  return new Map(found.map((message) => [String(message._id), message]));
}

/** True while the change that a marker announces may still follow. */
export function isUnsettled(row: Row, message: Parameters<typeof revOf>[0] | undefined): boolean {
  if (row.ref === undefined || !message || revOf(message) >= row.rev) return false;
  return Date.now() - row.createdAt.getTime() < MARKER_SETTLES_MS;
}

function isVisible(message: MessageRecord, membership: MembershipRecord, userId: string): boolean {
  if (message.seq <= membership.joinedSeq) return false;
  return !(message.deletedFor ?? []).some((id) => String(id) === userId);
}
