/** The native wire shapes the page relies on (contract section 4), for JSDoc only; nothing here is sent to a browser. */
export interface User {
  id: string;
  name: string;
  username?: string | null;
  bio?: string;
  avatarUrl?: string | null;
  phoneNumber?: string;
  online?: boolean;
  lastSeenAt?: string | null;
  privacy?: Record<string, string | boolean>;
}

export type Status = 'sent' | 'delivered' | 'read';
export type Role = 'owner' | 'admin' | 'member';

export interface Content {
  type: string;
  text?: string;
  url?: string;
  caption?: string;
  name?: string;
  mediaId?: string;
  thumbnailUrl?: string;
  size?: number;
  mimeType?: string;
  width?: number;
  height?: number;
  durationMs?: number;
  waveform?: number[];
  event?: string;
  [detail: string]: unknown;
}

export interface Message {
  id: string;
  chatId: string;
  seq: number;
  rev: number;
  senderId: string;
  content: Content | null;
  replyTo?: { id: string; senderId: string; content: Content | null } | null;
  forwardedFrom?: { messageId: string; senderId: string } | null;
  reactions?: Array<{ userId: string; emoji: string; at?: string }>;
  status?: Status;
  tempId?: string | null;
  createdAt: string;
  editedAt?: string | null;
  deletedAt?: string | null;
}

/** A message that is not acknowledged yet; `error` is set when the server refused it. */
export interface Outgoing {
  tempId: string;
  chatId: string;
  content: Content;
  replyTo?: Message['replyTo'];
  createdAt: string;
  error?: string | null;
  errorCode?: string | null;
  /** The message has a file: true while it is not with the server yet. */
  upload?: boolean;
}

export interface Member {
  userId: string;
  role: Role;
  joinedAt?: string;
}

export interface Chat {
  id: string;
  type: 'private' | 'group';
  name: string;
  avatarUrl?: string | null;
  description?: string;
  members: Member[];
  memberCount: number;
  lastMessage: Message | null;
  unreadCount: number;
  seq: number;
  rev: number;
  disappearingSeconds: number;
  settings: { mutedUntil: string | null; pinned: boolean; archived: boolean };
  createdAt: string;
  updatedAt: string;
}

/** What the page shows as unread: the server's count up to `seq`, plus the messages that came after it. */
export interface Unread {
  count: number;
  seq: number;
  later: number[];
}

export interface Timeline {
  byId: Map<string, Message>;
  sorted: Message[];
  /** A first page was loaded; until then single live messages may be in here. */
  isLoaded: boolean;
  /** From here to the end the timeline has no gap. */
  fromSeq: number;
  /** The `before` of the next older page; null when the beginning is reached. */
  olderCursor: number | null;
}

export interface Story {
  id: string;
  userId: string;
  type: 'text' | 'image' | 'video';
  text: string | null;
  mediaUrl: string | null;
  caption: string | null;
  background: string | null;
  createdAt: string;
  expiresAt: string;
  viewed: boolean;
  /** Of one's own. */
  viewCount?: number;
  highlight: { title: string } | null;
}

/** What one person shows, the oldest first. */
export interface FeedEntry {
  user: User;
  stories: Story[];
  allViewed: boolean;
}

export interface Watermark {
  deliveredSeq: number;
  readSeq: number;
}

export interface State {
  me: User | null;
  users: Map<string, User>;
  chats: Map<string, Chat>;
  unread: Map<string, Unread>;
  timelines: Map<string, Timeline>;
  outbox: Outgoing[];
  watermarks: Map<string, Map<string, Watermark>>;
  typing: Map<string, Map<string, number>>;
  stories: FeedEntry[];
  starred: Set<string>;
  hidden: Set<string>;
  contacts: Set<string>;
  blocked: Set<string>;
  cursors: Record<string, number>;
  userRev: number | undefined;
  connection: 'connecting' | 'online' | 'offline' | 'replaced';
  openChatId: string | null;
}

export interface SyncAnswer {
  chats: Chat[];
  messages: Message[];
  receipts: Array<{ chatId: string; userId: string } & Watermark>;
  states: Array<{ key: string; value: unknown; userRev: number }>;
  removed: string[];
  nextCursors: Record<string, number>;
  userRev?: number;
  complete: boolean;
  reset?: string[];
}

export interface Call {
  id: string;
  type: 'audio' | 'video';
  chatId: string | null;
  callerId: string;
  participants: Array<{
    userId: string;
    state: 'ringing' | 'joined' | 'declined' | 'missed' | 'busy' | 'left';
    joinedAt: string | null;
    leftAt: string | null;
  }>;
  status: 'ringing' | 'ongoing' | 'ended' | 'missed' | 'declined' | 'busy' | 'failed';
  startedAt: string | null;
  endedAt: string | null;
  durationMs: number;
}

/** The call this page is in, or was in a moment ago. */
export interface OwnCall {
  phase: 'preparing' | 'calling' | 'connecting' | 'ongoing' | 'ended';
  type: Call['type'];
  /** Null until the server has made it. */
  callId: string | null;
  chatId: string | null;
  isGroup: boolean;
  isCaller: boolean;
  /** The other of a call of two. */
  userId: string | null;
  link: import('./calls/call-link.js').CallLink | null;
  /** When it was first heard, by this device's clock. */
  since: number | null;
  endedAt: number | null;
  /** How it ended: a word of `end-call`. */
  endStatus: string | null;
  stats: Record<string, number | string> | null;
}

/** One's own side of a relationship. */
export interface Contact {
  id: string;
  status: 'PENDING' | 'ACCEPTED' | 'BLOCKED';
  user: User;
  direction: 'incoming' | 'outgoing';
  createdAt: string;
}

export type Relationship = 'none' | 'pending_outgoing' | 'pending_incoming' | 'contact' | 'blocked';

export interface FoundPerson extends User {
  relationship: Relationship;
}

/** Something that waits for attention. */
export interface Notice {
  id: string;
  type: 'message' | 'contact_request' | 'missed_call';
  chatId?: string;
  count?: number;
  lastMessage?: Message;
  contact?: Contact;
  call?: Call;
  createdAt: string;
}
