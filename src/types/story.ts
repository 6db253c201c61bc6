export const STORY_TYPES = ['text', 'image', 'video'] as const;
export type StoryType = (typeof STORY_TYPES)[number];

/** `except` is one's contacts without the named, `only` the named alone (contract section 7). */
export const STORY_AUDIENCES = ['everyone', 'contacts', 'except', 'only'] as const;
export type StoryAudience = (typeof STORY_AUDIENCES)[number];
