import { notFound } from '../errors/app-error';
import { StoryModel, type StoryRecord } from '../models/story.model';
import { UserModel } from '../models/user.model';
import { assertOwnStory, isShown, maySeeStory } from '../policies/story.policy';
import { relationsOf } from './relation.service';

/** The facts of a story that the policy decides on, for this viewer. */
function factsOf({ ownerId, audience, namedIds }: StoryRecord, viewerId: string) {
  return { ownerId: String(ownerId), audience, isNamed: namedIds.some((id) => String(id) === viewerId) };
}

/** Of these stories of one owner those that the viewer sees now; none of an account that is gone. */
export async function visibleAmong(
  viewerId: string,
  stories: readonly StoryRecord[],
  now: Date,
): Promise<StoryRecord[]> {
  const shown = stories.filter((story) => isShown(story, now));
  const ownerId = String(shown[0]?.ownerId ?? '');
  if (ownerId === '' || ownerId === viewerId) return shown;
  const [owner, relations] = await Promise.all([
    UserModel.exists({ _id: ownerId, deletedAt: null }),
    relationsOf(viewerId, [ownerId]),
  ]);
  const relation = relations.get(ownerId);
  if (!owner || !relation) return [];
  return shown.filter((story) => maySeeStory(viewerId, factsOf(story, viewerId), relation));
}

/** Reads a story that the viewer may see. @throws not_found when there is none, or none for this viewer. */
export async function findVisibleStory(viewerId: string, storyId: string, now: Date): Promise<StoryRecord> {
  const story = await StoryModel.findById(storyId).lean();
  const [visible] = story ? await visibleAmong(viewerId, [story], now) : [];
  if (!visible) throw notFound('The story');
  return visible;
}

/** Reads a story of the user's own. @throws not_found, forbidden when it is another's that they may see */
export async function findOwnStory(userId: string, storyId: string, now: Date): Promise<StoryRecord> {
  const story = await findVisibleStory(userId, storyId, now);
  assertOwnStory(userId, String(story.ownerId));
  return story;
}
