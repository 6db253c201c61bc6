import { MAX_TEXT_LENGTH } from '../config/limits';
import { invalidField } from '../errors/app-error';
import { wellFormed } from '../helpers/well-formed';
import type { StoryRecord } from '../models/story.model';
import { STORY_AUDIENCES, type StoryAudience, type StoryType } from '../types/story';

/** What a client asks to be shown (contract section 7); the shapes of the single fields were checked before. */
export interface StoryInput {
  type: StoryType;
  text?: string | null;
  mediaId?: string | null;
  caption?: string | null;
  background?: string | null;
  /** One's contacts, unless told. */
  privacy?: { audience?: StoryAudience; userIds?: string[] | null };
  tempId?: string | null;
}

/** What of a story its owner decides. */
export type StoryDraft = Pick<
  StoryRecord,
  'type' | 'text' | 'mediaId' | 'caption' | 'background' | 'audience'
> & { namedIds: string[] };

/**
 * Holds the fields against each other: a text has words and no file, a picture or film has a file, and who is meant is named.
 * @throws validation_failed naming the field.
 */
export function readStory(ownerId: string, input: StoryInput): StoryDraft {
  const text = textOf(input.text);
  const mediaId = input.mediaId?.toLowerCase() ?? null;
  if (input.type === 'text') {
    if (text === null) throw invalidField('text', `must be a text of 1 to ${MAX_TEXT_LENGTH} characters`);
    if (mediaId !== null) throw invalidField('mediaId', 'belongs to an image or a video, not to a text');
  } else if (mediaId === null) {
    throw invalidField('mediaId', `is required: the ${input.type} that you uploaded`);
  }
  const { audience, userIds } = input.privacy ?? { audience: 'contacts' as const };
  if (audience === undefined)
    throw invalidField('privacy.audience', `must be one of ${STORY_AUDIENCES.join(', ')}`);
  return {
    type: input.type,
    text,
    mediaId,
    caption: textOf(input.caption),
    background: textOf(input.background),
    audience,
    namedIds: namedOf(ownerId, audience, userIds ?? []),
  };
}

function textOf(value: string | null | undefined): string | null {
  return value === undefined || value === null || value.trim() === '' ? null : wellFormed(value);
}

/** Nobody shows something to nobody on purpose, so `only` has to say whom. */
function namedOf(ownerId: string, audience: StoryAudience, userIds: string[]): string[] {
  if (audience === 'everyone' || audience === 'contacts') return [];
  const named = userIds.filter((id) => id !== ownerId);
  if (audience === 'only' && named.length === 0)
    throw invalidField('privacy.userIds', 'must name at least one other person');
  return named;
}

/** True when a stored story is what the draft asks for, whatever time has passed. */
export function isSameStory(story: StoryRecord, draft: StoryDraft): boolean {
  const fields = ['type', 'text', 'mediaId', 'caption', 'background', 'audience'] as const;
  const named = new Set(draft.namedIds);
  return (
    fields.every((field) => story[field] === draft[field]) &&
    story.namedIds.length === named.size &&
    story.namedIds.every((id) => named.has(String(id)))
  );
}
