/** The single steps by which the state changes; used by the store, by live events and by sync. */
import { ownFile } from '../lib/media-url.js';
import { changeMessage, createTimeline, mergeMessages, removeMessage } from './timeline.js';
import { countIn, readUpTo, rebase } from './unread.js';

/** @typedef {import('../types').State} State */
/** @typedef {import('../types').Chat} Chat */
/** @typedef {import('../types').Message} Message */

/** @param {State} state @param {import('../types').User} user */
export function putUser(state, user) {
  state.users.set(user.id, { ...state.users.get(user.id), ...user });
}

/** @param {State} state @param {string} chatId */
export function timelineOf(state, chatId) {
  const known = state.timelines.get(chatId) ?? createTimeline();
  state.timelines.set(chatId, known);
  return known;
}

/**
 * Takes a page of history in, newest first; `nextCursor` is the `before` of the page that follows, null at the beginning.
 * @param {State} state @param {string} chatId @param {Message[]} messages @param {number | null} nextCursor
 */
export function putHistory(state, chatId, messages, nextCursor) {
  const timeline = timelineOf(state, chatId);
  mergeMessages(
    timeline,
    messages.filter((message) => !state.hidden.has(message.id)),
  );
  timeline.isLoaded = true;
  timeline.olderCursor = nextCursor;
  timeline.fromSeq =
    nextCursor === null ? 0 : Math.min(nextCursor, ...messages.map((message) => message.seq));
}

/**
 * Takes a chat in. An older `rev` than the known one brings nothing but the member's own settings, which have no `rev`;
 * a list shows the first members of a group only, which must not shorten a full list.
 * @param {State} state
 * @param {Chat} chat
 */
export function putChat(state, chat) {
  const known = state.chats.get(chat.id);
  const next = known && known.rev > chat.rev ? { ...known, settings: chat.settings } : { ...chat };
  if (known) next.lastMessage = newestOf(known.lastMessage, next.lastMessage);
  if (known && isPartOf(next, known)) next.members = known.members;
  state.chats.set(chat.id, next);
  state.unread.set(chat.id, rebase(chat, state.unread.get(chat.id)));
  state.cursors[chat.id] ??= chat.rev;
}

/** @param {Chat} next @param {Chat} known */
function isPartOf(next, known) {
  const isShort = next.members.length < next.memberCount;
  return isShort && known.memberCount === next.memberCount && known.members.length === known.memberCount;
}

/** @param {Message | null} a @param {Message | null} b */
function newestOf(a, b) {
  if (!a || !b) return b ?? a;
  if (a.seq !== b.seq) return a.seq > b.seq ? a : b;
  return a.rev > b.rev ? a : b;
}

/** @param {State} state @param {string} chatId */
export function removeChat(state, chatId) {
  for (const map of [state.chats, state.unread, state.timelines, state.watermarks, state.typing])
    map.delete(chatId);
  delete state.cursors[chatId];
  state.outbox = state.outbox.filter((entry) => entry.chatId !== chatId);
  if (state.openChatId === chatId) state.openChatId = null;
}

/** @param {State} state @param {string} chatId @param {number} seq */
export function markRead(state, chatId, seq) {
  const unread = state.unread.get(chatId);
  if (unread) state.unread.set(chatId, readUpTo(unread, seq));
  if (state.me) raiseWatermark(state, chatId, state.me.id, seq, seq);
}

/**
 * Takes one message in, live or by sync: the timeline where it is loaded, the chat's last message and the unread list.
 * @param {State} state
 * @param {Message} message
 */
export function putMessage(state, message) {
  if (state.hidden.has(message.id)) return;
  mergeMessages(timelineOf(state, message.chatId), [message]);
  if (message.tempId) state.outbox = state.outbox.filter((entry) => entry.tempId !== message.tempId);
  const chat = state.chats.get(message.chatId);
  if (!chat) return;
  const isNew = message.seq > chat.seq;
  state.chats.set(chat.id, {
    ...chat,
    seq: Math.max(chat.seq, message.seq),
    lastMessage: newestOf(chat.lastMessage, message),
  });
  if (isNew) countUnread(state, message);
  if (message.senderId === state.me?.id && isNew) markRead(state, chat.id, message.seq);
}

/** @param {State} state @param {Message} message */
function countUnread(state, message) {
  const unread = state.unread.get(message.chatId);
  const isOwn = message.senderId === state.me?.id;
  if (!unread || isOwn || message.content?.type === 'system') return;
  state.unread.set(message.chatId, countIn(unread, message.seq));
}

/** A message deleted for this person only. @param {State} state @param {string} chatId @param {string} messageId */
export function hideMessage(state, chatId, messageId) {
  state.hidden.add(messageId);
  const timeline = timelineOf(state, chatId);
  removeMessage(timeline, messageId);
  const chat = state.chats.get(chatId);
  if (chat?.lastMessage?.id !== messageId) return;
  state.chats.set(chatId, { ...chat, lastMessage: timeline.sorted.at(-1) ?? null });
}

/** Watermarks only grow. @param {State} state @param {string} chatId @param {string} userId @param {number} deliveredSeq @param {number} readSeq */
export function raiseWatermark(state, chatId, userId, deliveredSeq, readSeq) {
  const marks = state.watermarks.get(chatId) ?? new Map();
  const known = marks.get(userId) ?? { deliveredSeq: 0, readSeq: 0 };
  marks.set(userId, {
    deliveredSeq: Math.max(known.deliveredSeq, deliveredSeq),
    readSeq: Math.max(known.readSeq, readSeq),
  });
  state.watermarks.set(chatId, marks);
}

/**
 * Fresh addresses of a file, for every place that shows it.
 * @param {State} state
 * @param {{ id: string, url: string, thumbnailUrl: string | null }} media
 */
export function renewMedia(state, media) {
  for (const timeline of state.timelines.values()) {
    for (const message of timeline.sorted) {
      if (message.content?.mediaId !== media.id || ownFile(message.content.url)?.id !== media.id) continue;
      const content = { ...message.content, url: media.url };
      if (media.thumbnailUrl) content.thumbnailUrl = media.thumbnailUrl;
      changeMessage(timeline, message.id, (known) => ({ ...known, content }));
    }
  }
  const showsIt = (/** @type {{ avatarUrl?: string | null }} */ { avatarUrl }) =>
    ownFile(avatarUrl)?.id === media.id;
  for (const user of state.users.values())
    if (showsIt(user)) putUser(state, { ...user, avatarUrl: media.url });
  for (const chat of state.chats.values())
    if (showsIt(chat)) state.chats.set(chat.id, { ...chat, avatarUrl: media.url });
  if (state.me && showsIt(state.me)) state.me = { ...state.me, avatarUrl: media.url };
}
