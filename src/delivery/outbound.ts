import type { MessageRecord } from '../models/message.model';
import type { ChatView } from '../presenters/chat.presenter';
import type { ContactView } from '../presenters/contact.presenter';
import type { MessageStatus, MessageView } from '../presenters/message.presenter';
import type { NotificationView } from '../presenters/notification.presenter';
import type { StoryView } from '../presenters/story.presenter';
import type { DeviceView, UserView } from '../presenters/user.presenter';
import type { Roster } from '../services/roster.types';

/** One event as a dialect says it. */
export interface Frame {
  event: string;
  payload: unknown;
}

/** The same for an event that names its reader, so that it is worded for each. */
export interface PersonalFrame {
  event: string;
  payloadFor(userId: string): unknown;
}

/** What a dialect has no words for it leaves out. */
export type MaybeFrame = Frame | PersonalFrame | undefined;

/** Whom a new message is told: the sender's own devices, which hear their idempotency key, or all others. */
export interface MessageAudience {
  isSender: boolean;
  roster: Roster;
}

/**
 * How one dialect words what delivery has to tell. Each method is called once per event and audience, however many sockets
 * hear the result, and not at all while nobody speaks the dialect.
 */
export interface Outbound {
  /** Whether the socket that sent a message hears it like all others; its acknowledgement is enough otherwise. */
  readonly echoes: boolean;
  messageCreated(message: MessageRecord, audience: MessageAudience): MaybeFrame;
  messageUpdated(message: MessageView): MaybeFrame;
  messageDeleted(told: { chatId: string; messageId: string; forEveryone: boolean }): MaybeFrame;
  messageReacted(told: {
    chatId: string;
    messageId: string;
    userId: string;
    emoji: string | null;
  }): MaybeFrame;
  statusMoved(told: {
    chatId: string;
    messageId: string;
    userId: string;
    status: MessageStatus;
    upToSeq: number;
  }): MaybeFrame;
  /**
   * What the opening of an app delivered of one sender's messages in a chat; without words for it each of them is told by
   * `statusMoved`.
   */
  deliveredByOpening?(told: {
    chatId: string;
    messageIds: string[];
    userId: string;
    upToSeq: number;
  }): MaybeFrame;
  typingChanged(told: { chatId: string; userId: string; isTyping: boolean }): MaybeFrame;
  chatCreated(chat: ChatView): MaybeFrame;
  chatUpdated(chat: ChatView): MaybeFrame;
  chatRemoved(told: { chatId: string }): MaybeFrame;
  presenceChanged(told: { userId: string; isOnline: boolean }): MaybeFrame;
  /** Both parties hear of a request and what becomes of it, each with their own side; `direction` tells who asked. */
  contactRequested(contact: ContactView): MaybeFrame;
  contactAccepted(contact: ContactView): MaybeFrame;
  contactRejected(contact: ContactView): MaybeFrame;
  contactWithdrawn(contact: ContactView): MaybeFrame;
  /** Told to the one who was blocked; `userId` is who did it. */
  blockedBy(told: { userId: string }): MaybeFrame;
  unblockedBy(told: { userId: string }): MaybeFrame;
  /** The user's own doing, for their other devices. */
  contactRequestsViewed(): MaybeFrame;
  notificationsCleared(told: { chatId: string }): MaybeFrame;
  /** A contact request or a missed call newly waits for attention. */
  notified(notification: NotificationView): MaybeFrame;
  devicesChanged(devices: DeviceView[]): MaybeFrame;
  /** Stories are seed 002's alone; other dialects have no words for them. */
  storyCreated?(story: StoryView): MaybeFrame;
  storyViewed?(told: { storyId: string; user: UserView }): MaybeFrame;
  storyReacted?(told: { storyId: string; user: UserView; emoji: string | null }): MaybeFrame;
}
