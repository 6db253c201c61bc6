/**
 * The one rule for what two people may do to each other (contract section 5, blocks and privacy). Every surface asks
 * here: messages, groups, search, presence, typing, profile. Pure: facts in, an answer or an AppError out.
 */
import { forbidden } from '../errors/app-error';
import type { Audience, Privacy } from '../models/user.model';

/** How one person (the viewer) and the other stand to each other; who is blocked is nobody's contact. */
export interface Relation {
  isBlockedByMe: boolean;
  hasBlockedMe: boolean;
  /** The viewer has the other as an accepted contact. */
  isMyContact: boolean;
  /** The other has the viewer as an accepted contact: what `contacts` means in the other's privacy. */
  otherHasMeAsContact: boolean;
}

/** All that the rules need to know: the relation and the other's privacy settings. */
export interface RelationFacts extends Relation {
  otherPrivacy: Privacy;
}

/** Two people who know nothing of each other. */
export const STRANGERS: Relation = {
  isBlockedByMe: false,
  hasBlockedMe: false,
  isMyContact: false,
  otherHasMeAsContact: false,
};

export type ProtectedField = 'photo' | 'bio' | 'online' | 'lastSeen' | 'phoneNumber';

/** True when a block stands between the two, in whichever direction. */
export function isBlocked(relation: Relation): boolean {
  return relation.isBlockedByMe || relation.hasBlockedMe;
}

/** True when the viewer may see this of the other's profile; the phone number is for the other's contacts only. */
export function canSee(field: ProtectedField, facts: RelationFacts): boolean {
  if (isBlocked(facts) && field !== 'bio') return false;
  if (field === 'phoneNumber') return facts.otherHasMeAsContact;
  return isAllowed(facts.otherPrivacy[field], facts);
}

/** True when the viewer may hear that the other comes online or goes. */
export function mayNotifyPresence(facts: RelationFacts): boolean {
  return canSee('online', facts);
}

/** True when each may see the other type. */
export function mayType(relation: Relation): boolean {
  return !isBlocked(relation);
}

/** True when the viewer's search may show the other. */
export function mayBeFound(facts: RelationFacts): boolean {
  return facts.otherPrivacy.discoverable && !isBlocked(facts);
}

/** True when the viewer's search for contacts may show the other: there one also finds whom one blocked, to lift the block. */
export function mayBeFoundForContact(facts: RelationFacts): boolean {
  return facts.otherPrivacy.discoverable && !facts.hasBlockedMe;
}

/** True when the other's phone number or email may lead the viewer to them: found by everybody, or already trusting the viewer with it. */
export function mayBeFoundByAddress(facts: RelationFacts): boolean {
  return facts.otherPrivacy.discoverable || facts.otherHasMeAsContact;
}

/** Lets private messages through. @throws forbidden when either blocked the other. */
export function assertMayMessage(relation: Relation): void {
  assertNotBlocked(relation, 'You cannot write to this person');
}

/** Lets the viewer put the other into the address book. @throws forbidden when either blocked the other. */
export function assertMayAddContact(relation: Relation): void {
  assertNotBlocked(relation, 'You cannot add this person');
}

/** Lets the viewer ask the other to be a contact. @throws forbidden when either blocked the other. */
export function assertMayRequestContact(relation: Relation): void {
  assertNotBlocked(relation, 'You cannot send this person a contact request');
}

/** Lets the viewer add the other to a group. @throws forbidden on a block, or when the other's `groups` privacy says no. */
export function assertMayAddToGroup(facts: RelationFacts): void {
  assertNotBlocked(facts, 'You cannot add this person to a group');
  if (!isAllowed(facts.otherPrivacy.groups, facts)) {
    throw forbidden('This person does not let you add them to groups');
  }
}

/** Lets the viewer call the other. @throws forbidden on a block, or when the other's `calls` privacy says no. */
export function assertMayCall(facts: RelationFacts): void {
  assertNotBlocked(facts, 'You cannot call this person');
  if (!isAllowed(facts.otherPrivacy.calls, facts))
    throw forbidden('This person does not take calls from you');
}

/** True when the viewer's call of a group rings for the other, too. */
export function mayRing(facts: RelationFacts): boolean {
  return !isBlocked(facts) && isAllowed(facts.otherPrivacy.calls, facts);
}

function assertNotBlocked(relation: Relation, otherwise: string): void {
  if (relation.isBlockedByMe) throw forbidden('You have blocked this person');
  if (relation.hasBlockedMe) throw forbidden(otherwise);
}

function isAllowed(audience: Audience, relation: Relation): boolean {
  return audience === 'everyone' || (audience === 'contacts' && relation.otherHasMeAsContact);
}
