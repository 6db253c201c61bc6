import type { CallRecord } from '../models/call.model';
import type { MessageFacts, NamedUser } from '../services/push-facts';
import type { Content } from '../types/content';
import type { PushNote } from '../types/push-note';

/** Everything of a push but the token. */
export type PushText = Omit<PushNote, 'token'>;

const MESSAGE_TTL_SECONDS = 28 * 86_400;
/** A push has room for 4,096 bytes; four for each character leave half of it to the rest. */
const MAX_PREVIEW = 240;
const MAX_TITLE = 100;
/** Somebody who has not given a name yet. */
const NAMELESS = '·';

/** What pushes about a chat have in common: the newest takes the place of those before it. */
export function chatCollapseId(chatId: string): string {
  return `chat-${chatId}`;
}

/** What kind of thing a collapse id is about, and which one. */
export function subjectOf(about: string): { kind: string; id: string } {
  const [kind = '', id = ''] = about.split('-');
  return { kind, id };
}

/** A new message, with a short form of it in no language. */
export function presentMessagePush({ message, chat, sender, badge }: MessageFacts, now: Date): PushText {
  const chatId = String(chat._id);
  const name = nameOf(sender);
  const preview = previewOf(message.content);
  const isGroup = chat.type === 'group';
  const title = isGroup ? chat.name || name : name;
  return {
    collapseId: chatCollapseId(chatId),
    threadId: chatCollapseId(chatId),
    alert: {
      title: cut(title, MAX_TITLE),
      body: cut(isGroup ? `${name}: ${preview}` : preview, MAX_PREVIEW),
    },
    data: {
      type: 'message',
      chatId,
      messageId: String(message._id),
      seq: String(message.seq),
      senderId: String(message.senderId),
      contentType: message.content?.type ?? '',
      badge: String(badge),
    },
    badge,
    urgency: 'high',
    ttlSeconds: ttlUntil(message.expiresAt, now),
  };
}

/** Takes a chat's notification away that was read, or put away, on another device. */
export function presentClearedPush(told: { chatId: string; readSeq: number; badge: number }): PushText {
  const { chatId, readSeq, badge } = told;
  return {
    collapseId: chatCollapseId(chatId),
    data: { type: 'read', chatId, readSeq: String(readSeq), badge: String(badge) },
    badge,
    urgency: 'normal',
    ttlSeconds: MESSAGE_TTL_SECONDS,
  };
}

const CALL_SIGNS = { audio: '📞', video: '📹' } as const;
const MISSED_SIGN = '📵';
const REQUEST_SIGN = '👋';
/** A device that is out of reach for longer has stopped to ring by itself. */
const RING_END_TTL_SECONDS = 60;
const MISSED_CALL_TTL_SECONDS = 7 * 86_400;

/** What pushes about a call have in common: its end takes the place of its ring, and that it was missed of both. */
export function callCollapseId(callId: string): string {
  return `call-${callId}`;
}

/** What pushes about somebody's contact request have in common. */
export function requestCollapseId(requesterId: string): string {
  return `request-${requesterId}`;
}

/** Rings, for as long as the call does. */
export function presentRingPush(call: CallRecord, caller: NamedUser | undefined, now: Date): PushText {
  const { ringExpiresAt, type } = call;
  return {
    collapseId: callCollapseId(String(call._id)),
    alert: { title: nameOf(caller), body: CALL_SIGNS[type] },
    isShownByApp: true,
    data: { type: 'call', ...callData(call, caller), expiresAt: ringExpiresAt.toISOString() },
    urgency: 'high',
    ttlSeconds: Math.max(1, Math.floor((ringExpiresAt.getTime() - now.getTime()) / 1000)),
  };
}

/** Stops the ringing. */
export function presentRingEndPush(call: CallRecord, reason: string): PushText {
  const callId = String(call._id);
  return {
    collapseId: callCollapseId(callId),
    data: { type: 'call_ended', callId, reason },
    urgency: 'high',
    ttlSeconds: RING_END_TTL_SECONDS,
  };
}

/** Tells of a call that was missed. */
export function presentMissedCallPush(
  call: CallRecord,
  caller: NamedUser | undefined,
  badge: number,
): PushText {
  return {
    collapseId: callCollapseId(String(call._id)),
    alert: { title: nameOf(caller), body: MISSED_SIGN },
    data: { type: 'missed_call', ...callData(call, caller), badge: String(badge) },
    badge,
    urgency: 'high',
    ttlSeconds: MISSED_CALL_TTL_SECONDS,
  };
}

function callData({ _id, callerId, type, chatId, isGroup }: CallRecord, caller: NamedUser | undefined) {
  return {
    callId: String(_id),
    callerId: String(callerId),
    callerName: nameOf(caller),
    callType: type,
    isGroup: String(isGroup),
    ...(chatId && { chatId: String(chatId) }),
  };
}

/** Tells that somebody asks to be a contact. */
export function presentRequestPush(requester: NamedUser, badge: number): PushText {
  const userId = String(requester._id);
  return {
    collapseId: requestCollapseId(userId),
    alert: { title: nameOf(requester), body: REQUEST_SIGN },
    data: { type: 'contact_request', userId, badge: String(badge) },
    badge,
    urgency: 'high',
    ttlSeconds: MESSAGE_TTL_SECONDS,
  };
}

/** Takes the notification of a request away that was looked at, answered or taken back. */
export function presentRequestGonePush(userId: string, badge: number): PushText {
  return {
    collapseId: requestCollapseId(userId),
    data: { type: 'contact_request_gone', userId, badge: String(badge) },
    badge,
    urgency: 'normal',
    ttlSeconds: MESSAGE_TTL_SECONDS,
  };
}

/** How somebody is called in a push. */
function nameOf(user: NamedUser | undefined): string {
  return cut(user?.name || user?.username || NAMELESS, MAX_TITLE);
}

function ttlUntil(expiresAt: Date | undefined, now: Date): number {
  if (!expiresAt) return MESSAGE_TTL_SECONDS;
  return Math.min(MESSAGE_TTL_SECONDS, Math.max(0, Math.ceil((expiresAt.getTime() - now.getTime()) / 1000)));
}

const SIGNS = { image: '📷', video: '🎬', audio: '🎤', document: '📎', location: '📍' } as const;

function previewOf(content: Content | null): string {
  if (content === null || content.type === 'system') return '';
  if (content.type === 'text') return content.text;
  const words = 'caption' in content && content.caption ? content.caption : content.name;
  const sign = SIGNS[content.type];
  // What a camera or recorder calls its files tells nobody anything.
  const isNamed = content.type === 'document' || content.type === 'location' || words !== content.name;
  return words && isNamed ? `${sign} ${words}` : sign;
}

/** Cuts between characters, not within one. */
function cut(text: string, max: number): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  const characters = [...flat];
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : flat;
}
