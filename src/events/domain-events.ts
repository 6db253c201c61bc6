import type { CallRecord } from '../models/call.model';
import type { MessageRecord } from '../models/message.model';
import type { StoryRecord } from '../models/story.model';

/** Why a device stops ringing. */
export type RingEnd = 'answered_elsewhere' | 'cancelled' | 'declined' | 'missed' | 'ended';

/** The word with which a call ends for somebody who was in it. */
export type CallEndStatus = 'ended' | 'declined' | 'missed' | 'busy';

/** The events that carry WebRTC signals between two people in a call. */
export type CallSignalName = 'call-user' | 'answer-call' | 'ice-candidate';

/** Which sockets of a user a signal is for: those of one device, or one alone; all of them where neither is said. */
export interface CallSignalTarget {
  userId: string;
  deviceId?: string | undefined;
  socketId?: string | undefined;
}

/** Which watermark moved. */
export type ReceiptKind = 'delivered' | 'read';

/** Who asked whom to be a contact. */
export interface ContactParties {
  requesterId: string;
  addresseeId: string;
}

/**
 * Everything that others must hear of, named `noun.past`. Services and the journal announce; `delivery/` and the caches
 * listen. Ids are strings.
 */
export interface DomainEvents {
  /** One flush of the journal: durable messages in the order of their chats' `seq`. */
  'messages.created': { messages: MessageRecord[] };
  'message.updated': { message: MessageRecord };
  /** `userId` is who deleted; a disappearing message has none. */
  'message.deleted': { message: MessageRecord; userId: string | null };
  /** `emoji` null: the reaction was taken back. */
  'message.reacted': { message: MessageRecord; userId: string; emoji: string | null };
  /** Deleted for one user only. */
  'message.hidden': { userId: string; chatId: string; messageId: string };
  /**
   * `toSeq` is the new watermark, `fromSeq` the old one; `isShown` is false while the reader keeps read receipts off. With `isOpening` the
   * user opened an app, which delivers all that waits in every chat.
   */
  'receipt.moved': {
    chatId: string;
    userId: string;
    kind: ReceiptKind;
    fromSeq: number;
    toSeq: number;
    isShown: boolean;
    isOpening?: boolean;
  };
  /** Every initial member hears it; `actorId` is who made it. */
  'chat.created': { chatId: string; memberIds: string[]; actorId: string };
  /** The chat's own fields or its members changed. `joinedIds` are the members who are new to it. */
  'chat.updated': { chatId: string; joinedIds: string[] };
  /** These users are no longer members. */
  'chat.removed': { chatId: string; userIds: string[] };
  /** These users got a place in a private chat, which may have been there before. */
  'chat.placed': { chatId: string; userIds: string[] };
  /** A deletion took what it deleted out of the replies that quote it. */
  'quotes.scrubbed': { chatId: string };
  /** A member's own settings of a chat changed (mute, pin, archive). */
  'chat.settings-changed': { chatId: string; userId: string };
  'typing.changed': { chatId: string; userId: string; isTyping: boolean };
  'presence.changed': { userId: string; isOnline: boolean };
  /** The user set anew who may see whether they are online. */
  'presence.audience-changed': { userId: string };
  'user.updated': { userId: string };
  'user.deleted': { userId: string };
  /** What the two may do to each other changed: whether `ownerId` has `userId` as a contact, or blocks them. */
  'contact.changed': { ownerId: string; userId: string };
  /** Somebody asked to be a contact. */
  'contact.requested': ContactParties;
  /** Both are contacts now, of each other. */
  'contact.accepted': ContactParties;
  /** The one who was asked said no. */
  'contact.rejected': ContactParties;
  /** The one who asked took it back. */
  'contact.withdrawn': ContactParties;
  'contact.blocked': { ownerId: string; userId: string };
  'contact.unblocked': { ownerId: string; userId: string };
  /** The user looked at the contact requests there were. */
  'contact.requests-viewed': { userId: string };
  /** The user put a chat's notifications away without reading it. */
  'notifications.cleared': { userId: string; chatId: string };
  'devices.changed': { userId: string };
  /** A device has an authenticated socket more. */
  'connection.opened': { userId: string; deviceId: string; socketId: string };
  /** A socket is gone; `heardAt` is when its last packet came, so what was sent since may not have arrived. */
  'connection.closed': { userId: string; deviceId: string; socketId: string; heardAt: Date };
  /** The device holds everything there was at `at`: it synced to the end. */
  'device.caught-up': { userId: string; deviceId: string; at: Date };
  /** The device says that it holds the chat's messages up to `seq`, or that they were read on it. */
  'device.acknowledged': { userId: string; deviceId: string; chatId: string; seq: number; isRead: boolean };
  /** These users' devices ring from now until `call.ringExpiresAt`; `signal` is the caller's offer, if there is one yet. */
  'call.ringing': { call: CallRecord; userIds: string[]; signal?: unknown };
  /**
   * These users' devices ring no more, but for the socket `socketId`, whose own doing it was; `missed` and `cancelled` make a missed
   * call of it. `byId` is whose doing it was, null or nothing that of each of them.
   */
  'call.ring-ended': {
    call: CallRecord;
    userIds: string[];
    why: RingEnd;
    byId?: string | null;
    socketId?: string | undefined;
  };
  /** The call ended for these users, who were in it, by what `byId` did or did not do. */
  'call.hung-up': { call: CallRecord; userIds: string[]; status: CallEndStatus; byId: string };
  /** A signal from one participant to another, as it is to arrive; nothing of it is stored but a first offer while it rings. */
  'call.signalled': {
    call: CallRecord;
    name: CallSignalName;
    callerId: string;
    calleeId: string;
    signal: unknown;
    to: CallSignalTarget;
  };
  /** Any change of state, for all devices of all parties. */
  'call.updated': { call: CallRecord };
  'story.created': { story: StoryRecord };
  /** Somebody else looked at the story for the first time. */
  'story.viewed': { story: StoryRecord; viewerId: string };
  /** `emoji` null: the reaction was taken back. */
  'story.reacted': { story: StoryRecord; userId: string; emoji: string | null };
  /** The sessions end now, with their sockets. */
  'session.revoked': { userId: string; sessionIds: string[] };
}

export type DomainEventName = keyof DomainEvents;
