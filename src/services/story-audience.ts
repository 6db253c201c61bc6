import { ContactModel } from '../models/contact.model';
import type { StoryRecord } from '../models/story.model';
import { UserModel, type UserRecord } from '../models/user.model';
import type { Relation } from '../policies/contact.policy';
import { maySeeStory } from '../policies/story.policy';
import { relationsOf } from './relation.service';

/** Of the connected those in whose feed the story stands: they have its owner as a contact, and may see it. */
export async function storyAudienceOf(story: StoryRecord, connectedIds: Iterable<string>): Promise<string[]> {
  const ownerId = String(story.ownerId);
  const holders = await ContactModel.find(
    { userId: ownerId, status: 'accepted', isBlocked: false },
    { ownerId: 1 },
  ).lean();
  const holding = new Set(holders.map((side) => String(side.ownerId)));
  const connected = [...connectedIds].filter((id) => holding.has(id));
  const relations = await relationsOf(ownerId, connected);
  const named = new Set(story.namedIds.map(String));
  return connected.filter((id) => {
    const relation = relations.get(id);
    const facts = { ownerId, audience: story.audience, isNamed: named.has(id) };
    return relation !== undefined && maySeeStory(id, facts, fromTheirSide(relation));
  });
}

function fromTheirSide(relation: Relation): Relation {
  return {
    isBlockedByMe: relation.hasBlockedMe,
    hasBlockedMe: relation.isBlockedByMe,
    isMyContact: relation.otherHasMeAsContact,
    otherHasMeAsContact: relation.isMyContact,
  };
}

/** Somebody who looked or reacted, as the owner of the story stands to them. */
export async function findViewer(
  ownerId: string,
  viewerId: string,
): Promise<{ user: UserRecord; relation: Relation } | undefined> {
  const [user, relations] = await Promise.all([
    UserModel.findOne({ _id: viewerId, deletedAt: null }).lean(),
    relationsOf(ownerId, [viewerId]),
  ]);
  const relation = relations.get(viewerId);
  return user && relation ? { user, relation } : undefined;
}
