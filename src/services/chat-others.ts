import { trusted } from '../models/trusted';
import { UserModel, type UserRecord } from '../models/user.model';
import { type Relation, STRANGERS } from '../policies/contact.policy';
import { relationsOf } from './relation.service';

/** Whom a private chat is with, and how the viewer stands to them. */
export interface OtherPerson {
  user: UserRecord;
  relation: Relation;
}

/** The large fields of a user that no picture or name depends on. */
const UNUSED = '-searchGrams -devices -settings';

/** The other person of each private chat, given its members. */
export async function otherPersonsOf(
  viewerId: string,
  membersByChat: ReadonlyMap<string, readonly string[]>,
): Promise<Map<string, OtherPerson>> {
  const otherIdOf = (members: readonly string[]) => members.find((id) => id !== viewerId);
  const ids = [...membersByChat.values()].flatMap((members) => otherIdOf(members) ?? []);
  if (ids.length === 0) return new Map();
  const [users, relations] = await Promise.all([
    UserModel.find({ _id: trusted({ $in: ids }) })
      .select(UNUSED)
      .lean(),
    relationsOf(viewerId, ids),
  ]);
  const userById = new Map(users.map((user) => [String(user._id), user]));
  const persons = new Map<string, OtherPerson>();
  for (const [chatId, members] of membersByChat) {
    const id = otherIdOf(members) ?? '';
    const user = userById.get(id);
    if (user) persons.set(chatId, { user, relation: relations.get(id) ?? STRANGERS });
  }
  return persons;
}
