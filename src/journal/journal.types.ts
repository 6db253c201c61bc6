import type { Types } from 'mongoose';
import type { MessageRecord } from '../models/message.model';
import type { Content } from '../types/content';

/** The highest numbers of a chat; `count` leaves system messages out. */
export interface ChatHead {
  seq: number;
  rev: number;
  count: number;
}

/** A message to be written; the journal adds its id, numbers and times. */
export interface NewEntry {
  chatId: string;
  senderId: string;
  content: Content;
  /** The idempotency key; the pair of sender and key exists once for ever. */
  tempId?: string;
  replyTo?: MessageRecord['replyTo'];
  forwardedFrom?: MessageRecord['forwardedFrom'];
  expiresAt?: Date;
  /** The socket it came through; remembered with the record, not stored. */
  socketId?: string | undefined;
}

/** The fields of a message a change may set; `undefined` from the callback means that there is nothing to change. */
export type MessagePatch = Partial<
  Pick<MessageRecord, 'content' | 'reactions' | 'editedAt' | 'deletedAt' | 'replyTo' | 'expiresAt'>
>;

/** Hears what the journal does, at the moment it does it: it must be quick and must not throw. */
export interface JournalObserver {
  onWritten(messages: readonly MessageRecord[]): void;
  /** One write is over, however it ended. */
  onFlushed(sample: { rows: number; seconds: number }): void;
}

export interface Journal {
  /**
   * Writes one message and resolves once it is on disk in a majority of the replica set.
   * The same sender and `tempId` again resolves with the first message and `isNew: false`.
   * @throws conflict when the key was used with another chat or content; unavailable when the queue is full or the
   * database did not confirm in time (trying again with the same key is safe).
   */
  append(entry: NewEntry): Promise<{ message: MessageRecord; isNew: boolean }>;
  /**
   * Changes one message under the chat's next `rev`. `change` sees the latest document, may be called again after a
   * conflict with another node, may throw to refuse, and returns `undefined` to leave everything as it is.
   * @throws not_found when the chat has no such message.
   */
  amend(
    chatId: string,
    messageId: Types.ObjectId | string,
    change: (message: MessageRecord) => MessagePatch | undefined,
  ): Promise<{ message: MessageRecord; isChanged: boolean }>;
  /** The chat's numbers as of the last durable write this node knows, at least what was durable when it was asked. */
  head(chatId: string): Promise<ChatHead>;
  /** Resolves when what this node wrote to these chats has reached their projections (chat heads, senders' watermarks). */
  settle(chatIds: readonly string[]): Promise<void>;
  /** How many messages and changes wait to be written. */
  pending(): number;
  /** Refuses new work, finishes what is queued, writes the projections. */
  stop(): Promise<void>;
}
