import { trusted } from '../models/trusted';
import { UserModel } from '../models/user.model';
import { STRANGERS } from '../policies/contact.policy';
import { presentUser } from '../presenters/user.presenter';
import { relationsOf } from './relation.service';

/** Whom a private chat is with, as far as the viewer may see them. */
export interface OtherPerson {
  name: string;
  avatarUrl: string | null;
}

/** The large fields of a user that no picture or name depends on. */
const UNUSED = '-searchGrams -devices -settings';

/** The other person of each private chat, given its members: name, and the picture as far as privacy and blocks let it be seen. */
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
  const views = new Map(
    users.map((user) => [String(user._id), presentUser(user, relations.get(String(user._id)) ?? STRANGERS)]),
  );
  const persons = new Map<string, OtherPerson>();
  for (const [chatId, members] of membersByChat) {
    const view = views.get(otherIdOf(members) ?? '');
    if (view) persons.set(chatId, { name: view.name, avatarUrl: view.avatarUrl });
  }
  return persons;
}
