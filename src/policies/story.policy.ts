/**
 * Who may see a story and until when (contract section 7), on top of the one rule for two people. Pure: facts in, an answer or an
 * AppError out. The feed, a story by its id, its file and its events all ask here.
 */
import { forbidden } from '../errors/app-error';
import type { StoryAudience } from '../types/story';
import { isBlocked, type Relation } from './contact.policy';

export interface StoryFacts {
  ownerId: string;
  audience: StoryAudience;
  /** The viewer is among those whom the story names. */
  isNamed: boolean;
}

/** How long a story is shown, in ms. */
export const STORY_LIFE_MS = 24 * 3_600_000;

/** True while a story stands in feeds: up to its end, not at it. */
export function isCurrent({ expiresAt }: { expiresAt: Date }, now: Date): boolean {
  return expiresAt > now;
}

/** True while a story is there at all: its day lasts, or its owner keeps it. */
export function isShown(story: { expiresAt: Date; highlight: object | null }, now: Date): boolean {
  return story.highlight !== null || isCurrent(story, now);
}

/** True when the viewer, who stands to the owner like this, belongs to the audience. */
export function maySeeStory(viewerId: string, facts: StoryFacts, relation: Relation): boolean {
  if (facts.ownerId === viewerId) return true;
  if (isBlocked(relation)) return false;
  if (facts.audience === 'everyone') return true;
  if (facts.audience === 'only') return facts.isNamed;
  return relation.otherHasMeAsContact && !(facts.audience === 'except' && facts.isNamed);
}

/** What only the owner may do; that the actor sees the story was settled before. @throws forbidden */
export function assertOwnStory(userId: string, ownerId: string): void {
  if (userId !== ownerId) throw forbidden('Only the owner of a story may do this');
}

/** One reacts to what others show. @throws forbidden */
export function assertMayReact(userId: string, ownerId: string): void {
  if (userId === ownerId) throw forbidden('This is your own story');
}
