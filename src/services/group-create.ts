import { ChatModel, type ChatRecord } from '../models/chat.model';
import { MembershipModel } from '../models/membership.model';
import { newObjectId, toObjectId } from '../models/object-id';
import { inTransaction } from '../models/transaction';
import { placeAt } from './group-members';

export type GroupFields = Pick<ChatRecord, 'name'> & Partial<Pick<ChatRecord, 'description' | 'avatarUrl'>>;

/** Stores a group with its owner, who comes first, and its members: all of it or nothing. Resolves to its id. */
export async function insertGroup(
  ownerId: string,
  memberIds: readonly string[],
  fields: GroupFields,
  at: Date,
): Promise<string> {
  const _id = newObjectId();
  const place = { chatId: _id, ...placeAt({ seq: 0, count: 0 }, at) };
  const places = [
    { ...place, userId: ownerId, role: 'owner' },
    ...memberIds.map((userId) => ({ ...place, userId })),
  ];
  await inTransaction(async (session) => {
    const group = {
      ...fields,
      _id,
      type: 'group' as const,
      ownerId: toObjectId(ownerId),
      memberCount: places.length,
      lastActivityAt: at,
    };
    await ChatModel.create([group], { session });
    await MembershipModel.insertMany(places, { session });
  });
  return String(_id);
}
