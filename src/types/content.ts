/** What a message carries (contract section 4). */
export type TextContent = { type: 'text'; text: string };

export const MEDIA_TYPES = ['image', 'video', 'audio', 'document'] as const;
export type MediaType = (typeof MEDIA_TYPES)[number];

export type MediaContent = {
  type: MediaType;
  /** A file of this server's; its addresses are made when it is shown. With a `url` it is only the sender's own name for it. */
  mediaId?: string;
  /** Where the file is, elsewhere; absent for a file of this server's. */
  url?: string;
  caption?: string;
  name?: string;
  size?: number;
  mimeType?: string;
  durationMs?: number;
  width?: number;
  height?: number;
  thumbnailUrl?: string;
  /** Loudness of a voice note in 64 steps, each 0 to 100. */
  waveform?: number[];
  /** Stored only: the file has a small picture. */
  hasThumbnail?: boolean;
};

export type LocationContent = { type: 'location'; latitude: number; longitude: number; name?: string };

/** Written by the server only: a change of members or of the group's own settings. */
export type SystemContent = { type: 'system'; event: SystemEvent; [detail: string]: unknown };

export type SystemEvent =
  | 'members_added'
  | 'member_removed'
  | 'member_left'
  | 'member_joined'
  | 'role_changed'
  | 'group_updated'
  | 'disappearing_changed';

export type UserContent = TextContent | MediaContent | LocationContent;
export type Content = UserContent | SystemContent;
