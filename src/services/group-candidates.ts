import { AppError } from '../errors/app-error';
import { trusted } from '../models/trusted';
import { UserModel } from '../models/user.model';
import { assertMayAddAll } from '../policies/chat.policy';
import { relationsOf } from './relation.service';

/**
 * Lets the actor add all of these people to a group.
 * @throws validation_failed naming those who do not exist; forbidden naming those who do not let the actor add them.
 */
export async function assertMayAdd(
  actorId: string,
  userIds: readonly string[],
  field: string,
): Promise<void> {
  if (userIds.length === 0) return;
  await assertExist(userIds, field);
  assertMayAddAll(await relationsOf(actorId, userIds), field);
}

async function assertExist(userIds: readonly string[], field: string): Promise<void> {
  const users = await UserModel.find(
    { _id: trusted({ $in: [...userIds] }), deletedAt: null },
    { _id: 1 },
  ).lean();
  const known = new Set(users.map(({ _id }) => String(_id)));
  const unknown = userIds.filter((id) => !known.has(id));
  if (unknown.length === 0) return;
  throw new AppError('validation_failed', `There are no users ${unknown.join(', ')}`, {
    errors: unknown.map((id) => ({ path: field, message: `there is no user ${id}` })),
  });
}
