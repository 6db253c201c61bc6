import type { StoryRecord } from '../models/story.model';
import type { StoryViewRecord } from '../models/story-view.model';
import type { UserRecord } from '../models/user.model';
import type { Relation } from '../policies/contact.policy';
import type { MediaSigner } from '../services/media-library.types';
import type { StoryType } from '../types/story';
import { presentUser, type UserView } from './user.presenter';

/** A story on the wire (contract section 7); who else may see it stays inside. */
export interface StoryView {
  id: string;
  userId: string;
  type: StoryType;
  text: string | null;
  mediaUrl: string | null;
  caption: string | null;
  background: string | null;
  createdAt: string;
  expiresAt: string;
  viewed: boolean;
  /** In one's own only. */
  viewCount?: number;
  highlight: { title: string } | null;
}

/** What a presenter needs of one story. */
interface StoryEntry {
  story: StoryRecord;
  isViewed: boolean;
  viewCount?: number;
}

/** Presents a story; the address of its file is good until the story ends at the latest. */
export function presentStory({ story, isViewed, viewCount }: StoryEntry, signer: MediaSigner): StoryView {
  const { mediaId, highlight, expiresAt } = story;
  const endsAt = highlight ? undefined : expiresAt;
  return {
    id: String(story._id),
    userId: String(story.ownerId),
    type: story.type,
    text: story.text,
    mediaUrl: mediaId === null ? null : signer.fileUrl(mediaId, endsAt),
    caption: story.caption,
    background: story.background,
    createdAt: story.createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    viewed: isViewed,
    ...(viewCount !== undefined && { viewCount }),
    highlight: highlight && { title: highlight.title },
  };
}

interface FeedEntry {
  user: UserRecord;
  relation: Relation;
  stories: StoryEntry[];
  allViewed: boolean;
}

/** Presents what one person shows. */
export function presentFeedEntry({ user, relation, stories, allViewed }: FeedEntry, signer: MediaSigner) {
  return {
    user: presentUser(user, relation, signer),
    stories: stories.map((entry) => presentStory(entry, signer)),
    allViewed,
  };
}

/** Presents kept stories that share a title. */
export function presentHighlight(
  { title, stories }: { title: string; stories: StoryEntry[] },
  signer: MediaSigner,
) {
  return { title, stories: stories.map((entry) => presentStory(entry, signer)) };
}

/** Presents somebody who looked, to the owner of the story. */
export function presentStoryViewer(
  { view, user, relation }: { view: StoryViewRecord; user: UserRecord; relation: Relation },
  signer: MediaSigner,
): { user: UserView; viewedAt: string; reaction: string | null } {
  return {
    user: presentUser(user, relation, signer),
    viewedAt: view.viewedAt.toISOString(),
    reaction: view.reaction,
  };
}
