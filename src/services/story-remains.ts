/** What is left when stories go: views and files. Each step may be done twice, and what a crash leaves is found later. */
import type { ObjectId } from '../models/object-id';
import { StoryModel, type StoryRecord } from '../models/story.model';
import { StoryViewModel } from '../models/story-view.model';
import { trusted } from '../models/trusted';
import type { MediaLibrary } from './media-library.types';

const BATCH_SIZE = 200;

type Files = Pick<MediaLibrary, 'reconsider'>;

/** Removes a story with its views. The file is looked at in a minute, when the story is gone or the removal failed. */
export async function removeStory(
  { _id, mediaId }: Pick<StoryRecord, '_id' | 'mediaId'>,
  library: Files,
): Promise<void> {
  if (mediaId !== null) await library.reconsider([mediaId]);
  await StoryModel.deleteOne({ _id });
  await StoryViewModel.deleteMany({ storyId: _id });
}

/** Removes all that somebody showed and what they looked at; their files are looked at by the erasure itself. */
export async function removeStoriesOf(userId: string): Promise<void> {
  for (;;) {
    const stories = await StoryModel.find({ ownerId: userId }, { _id: 1 }).limit(BATCH_SIZE).lean();
    if (stories.length === 0) break;
    const ids = stories.map(({ _id }) => _id);
    await StoryModel.deleteMany({ _id: trusted({ $in: ids }) });
    await StoryViewModel.deleteMany({ storyId: trusted({ $in: ids }) });
  }
  await StoryViewModel.deleteMany({ viewerId: userId });
}

/**
 * Removes the views of kept stories that are gone: those of others have an end of their own, these are left when a removal
 * broke off. Resolves with the number of views that went.
 */
export async function sweepStoryViews(): Promise<number> {
  let removed = 0;
  let after: ObjectId | undefined;
  for (;;) {
    const kept = await StoryViewModel.find(
      { isKept: true, ...(after && { storyId: trusted({ $gt: after }) }) },
      { storyId: 1 },
    )
      .sort({ storyId: 1 })
      .limit(BATCH_SIZE)
      .lean();
    after = kept.at(-1)?.storyId;
    if (after === undefined) return removed;
    removed += await removeOrphans(kept.map(({ storyId }) => storyId));
  }
}

async function removeOrphans(storyIds: ObjectId[]): Promise<number> {
  const stories = await StoryModel.find({ _id: trusted({ $in: storyIds }) }, { _id: 1 }).lean();
  const living = new Set(stories.map(({ _id }) => String(_id)));
  const gone = storyIds.filter((id) => !living.has(String(id)));
  if (gone.length === 0) return 0;
  return (await StoryViewModel.deleteMany({ storyId: trusted({ $in: gone }) })).deletedCount;
}
