/**
 * Who may do what to a chat (contract section 4, group admin). Pure: facts in, silence or an AppError out. That the actor is
 * a member was settled before, because to anybody else the chat does not exist.
 */
import { AppError, forbidden } from '../errors/app-error';
import type { Role } from '../models/membership.model';
import { assertMayAddToGroup, isBlocked, type Relation, type RelationFacts } from './contact.policy';

type ChatType = 'private' | 'group';

/** The verbs of groups have no meaning between two people. @throws forbidden */
export function assertGroup(type: ChatType): void {
  if (type !== 'group') throw forbidden('This can only be done to a group');
}

/** Name, members and invitations are the business of the owner and the admins. @throws forbidden */
export function assertAdmin(role: Role): void {
  if (role === 'member') throw forbidden('Only the owner and the admins of the group may do this');
}

/** Everybody may leave; removing others takes an admin, and nobody removes the owner. @throws forbidden */
export function assertMayRemove(facts: { actorRole: Role; targetRole: Role; isSelf: boolean }): void {
  if (facts.isSelf) return;
  assertAdmin(facts.actorRole);
  if (facts.targetRole === 'owner') throw forbidden('The owner of the group cannot be removed');
}

/**
 * A link opens a group to everybody but those an admin removed, who need an admin to come back, and those between whom and
 * the owner a block stands. @throws forbidden
 */
export function assertMayJoin(facts: { isRemoved: boolean; owner: Relation | undefined }): void {
  if (facts.isRemoved) throw forbidden('You were removed from this group; only an admin can add you again');
  if (facts.owner && isBlocked(facts.owner)) throw forbidden('You cannot join this group');
}

/** Roles are given by the owner, who stays owner until another one is named. @throws forbidden */
export function assertMaySetRole(facts: { actorRole: Role; role: Role; isSelf: boolean }): void {
  if (facts.actorRole !== 'owner') throw forbidden('Only the owner of the group may change roles');
  if (facts.isSelf && facts.role !== 'owner') {
    throw forbidden('The owner stays owner until somebody else is made owner');
  }
}

/** The time after which messages disappear: either side of a private chat without a block, admins in a group. @throws forbidden */
export function assertMaySetDisappearing(facts: { type: ChatType; role: Role; isBlocked: boolean }): void {
  if (facts.type === 'group') assertAdmin(facts.role);
  else if (facts.isBlocked) throw forbidden('You cannot change this chat');
}

/** Every one of these people lets the actor add them to a group. @throws forbidden naming, for `field`, those who do not. */
export function assertMayAddAll(relations: ReadonlyMap<string, RelationFacts>, field: string): void {
  const refusing = [...relations].filter(([, facts]) => !allows(facts)).map(([userId]) => userId);
  if (refusing.length === 0) return;
  throw new AppError('forbidden', `These people cannot be added by you: ${refusing.join(', ')}`, {
    errors: refusing.map((userId) => ({ path: field, message: `${userId} cannot be added by you` })),
  });
}

function allows(facts: RelationFacts): boolean {
  try {
    assertMayAddToGroup(facts);
    return true;
  } catch {
    return false;
  }
}
