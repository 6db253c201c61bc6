import { type MessageRecord, revOf } from '../models/message.model';
import type { MediaSigner } from '../services/media-library.types';
import type { Content } from '../types/content';
import { presentContent } from './content.presenter';

export type MessageStatus = 'sent' | 'delivered' | 'read';

/** The lowest watermarks among a chat's members, which is what a message's status follows from (contract section 4). */
export interface StatusFloor {
  delivered: number;
  read: number;
  /** Whose `read` it is; their own messages count as read up to `nextRead`, the lowest of the others. */
  lowestReaderId: string;
  nextRead: number;
}

/** A message on the wire (contract section 4). */
export interface MessageView {
  id: string;
  chatId: string;
  seq: number;
  rev: number;
  senderId: string;
  content: Content | null;
  replyTo: { id: string; senderId: string; content: Content | null } | null;
  forwardedFrom: { messageId: string; senderId: string } | null;
  reactions: Array<{ userId: string; emoji: string; at: string }>;
  status: MessageStatus;
  tempId: string | null;
  createdAt: string;
  editedAt: string | null;
  deletedAt: string | null;
}

export interface MessageViewFacts {
  /** Undefined for the form everybody but the sender gets. */
  viewerId: string | undefined;
  status: MessageStatus;
  now: Date;
  signer: MediaSigner;
}

/** Presents a message; the idempotency key goes to its sender only, and what has expired shows as a tombstone. */
export function presentMessage(
  message: MessageRecord,
  { viewerId, status, now, signer }: MessageViewFacts,
): MessageView {
  const isExpired = message.expiresAt !== undefined && message.expiresAt <= now;
  const deletedAt = message.deletedAt ?? (isExpired ? message.expiresAt : null);
  const senderId = String(message.senderId);
  return {
    id: String(message._id),
    chatId: String(message.chatId),
    seq: message.seq,
    rev: revOf(message),
    senderId,
    content: isExpired ? null : presentContent(message.content, signer),
    replyTo: deletedAt ? null : presentReply(message, now, signer),
    forwardedFrom: message.forwardedFrom
      ? {
          messageId: String(message.forwardedFrom.messageId),
          senderId: String(message.forwardedFrom.senderId),
        }
      : null,
    reactions: isExpired ? [] : presentReactions(message),
    status,
    tempId: viewerId === senderId ? (message.tempId ?? null) : null,
    createdAt: message.createdAt.toISOString(),
    editedAt: message.editedAt?.toISOString() ?? null,
    deletedAt: deletedAt?.toISOString() ?? null,
  };
}

/** A message's status under the chat's lowest watermarks; without anybody to reach it stays `sent`. */
export function statusAt(
  { seq, senderId }: Pick<MessageRecord, 'seq' | 'senderId'>,
  floor: StatusFloor | undefined,
): MessageStatus {
  if (floor === undefined) return 'sent';
  const read = floor.lowestReaderId === String(senderId) ? floor.nextRead : floor.read;
  if (read >= seq) return 'read';
  return floor.delivered >= seq ? 'delivered' : 'sent';
}

function presentReply({ replyTo }: MessageRecord, now: Date, signer: MediaSigner): MessageView['replyTo'] {
  if (!replyTo) return null;
  const isExpired = replyTo.expiresAt !== undefined && replyTo.expiresAt <= now;
  return {
    id: String(replyTo.id),
    senderId: String(replyTo.senderId),
    content: isExpired ? null : presentContent(replyTo.content, signer),
  };
}

function presentReactions({ reactions }: MessageRecord): MessageView['reactions'] {
  if (!reactions) return [];
  return reactions.map(({ userId, emoji, at }) => ({ userId: String(userId), emoji, at: at.toISOString() }));
}
