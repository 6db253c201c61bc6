import type { ContactRecord } from '../models/contact.model';
import type { UserRecord } from '../models/user.model';
import type { Relation } from '../policies/contact.policy';
import type { MediaSigner } from '../services/media-library.types';
import { presentUser, type UserView } from './user.presenter';

/** One's own side of a relationship (contract section 6; the same words in native). */
export interface ContactView {
  id: string;
  status: 'PENDING' | 'ACCEPTED' | 'BLOCKED';
  user: UserView;
  direction: 'incoming' | 'outgoing';
  createdAt: string;
}

/** What a presenter needs of one contact. */
export interface ContactEntry {
  contact: ContactRecord;
  user: UserRecord;
  relation: Relation;
}

/** Presents what the owner holds about somebody; a block outranks everything else they hold. */
export function presentContact({ contact, user, relation }: ContactEntry, signer: MediaSigner): ContactView {
  return {
    id: String(contact._id),
    status: contactStatus(contact),
    user: presentUser(user, relation, signer),
    direction: contact.direction,
    createdAt: contact.createdAt.toISOString(),
  };
}

function contactStatus(contact: ContactRecord): ContactView['status'] {
  if (contact.isBlocked) return 'BLOCKED';
  return contact.status === 'accepted' ? 'ACCEPTED' : 'PENDING';
}

/** How somebody who was found stands to the viewer (contract section 6). */
export type Relationship = 'none' | 'pending_outgoing' | 'pending_incoming' | 'contact' | 'blocked';

/** A person found by the search for contacts. */
export type FoundPersonView = UserView & { relationship: Relationship };

/** Presents a found person with what the viewer holds about them, if anything. */
export function presentFoundPerson(
  found: { user: UserRecord; relation: Relation; side: ContactRecord | undefined },
  signer: MediaSigner,
): FoundPersonView {
  return { ...presentUser(found.user, found.relation, signer), relationship: relationshipOf(found.side) };
}

function relationshipOf(side: ContactRecord | undefined): Relationship {
  if (!side) return 'none';
  if (side.isBlocked) return 'blocked';
  if (side.status === 'accepted') return 'contact';
  if (side.status === 'none') return 'none';
  return side.direction === 'incoming' ? 'pending_incoming' : 'pending_outgoing';
}
