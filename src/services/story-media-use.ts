import { StoryModel } from '../models/story.model';
import { trusted } from '../models/trusted';
import { isShown } from '../policies/story.policy';
import type { Clock } from '../types/clock';
import type { MediaUse } from './media-library.types';
import { visibleAmong } from './story-access';

/** A file shown in more stories than this is looked for in the newest of them only. */
const MAX_STORIES = 200;

/**
 * Stories show their file to those who see the story, as long as it is shown. A story has an end of its own, at which the database
 * drops it without a word, so the file is looked at again then.
 */
export function createStoryMediaUse({ clock }: { clock: Clock }): MediaUse {
  async function shownWith(mediaIds: readonly string[]) {
    const stories = await StoryModel.find(
      { mediaId: trusted({ $in: [...mediaIds] }) },
      { mediaId: 1, expiresAt: 1, highlight: 1 },
    ).lean();
    return stories.filter((story) => isShown(story, clock.now()));
  }

  return {
    async inUse(mediaIds) {
      return new Set((await shownWith(mediaIds)).flatMap(({ mediaId }) => mediaId ?? []));
    },

    async endsAt(mediaIds) {
      const ends = new Map<string, Date>();
      for (const { mediaId, expiresAt, highlight } of await shownWith(mediaIds)) {
        if (mediaId === null || highlight !== null) continue;
        const known = ends.get(mediaId);
        if (!known || known < expiresAt) ends.set(mediaId, expiresAt);
      }
      return ends;
    },

    async canSee(userId, mediaId) {
      const stories = await StoryModel.find({ mediaId }).sort({ _id: -1 }).limit(MAX_STORIES).lean();
      return (await visibleAmong(userId, stories, clock.now())).length > 0;
    },
  };
}
