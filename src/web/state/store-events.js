/** Live events, applied to the state. Each returns or leaves a hint when something before it is missing. */
import { hideMessage, putMessage, raiseWatermark, removeChat, timelineOf } from './mutations.js';
import { asTombstone, changeMessage, withReaction } from './timeline.js';

/** @typedef {import('../types').State} State */
/** @typedef {import('../types').Message} Message */

/** A typing indication that is not renewed ends by itself. */
const TYPING_MS = 9000;

/** @param {(change: (state: State) => unknown) => unknown} update */
export function createEvents(update) {
  return {
    /**
     * A new or changed message.
     * @param {Message} message
     * @returns {boolean} true when a change before it was missed, so that sync is due
     */
    receiveMessage: (message) => Boolean(update((state) => receiveMessage(state, message))),
    /** @param {{ chatId: string, messageId: string, userId: string, emoji: string | null }} event */
    receiveReaction: (event) =>
      update((state) =>
        changeEverywhere(state, event.chatId, event.messageId, (message) =>
          withReaction(message, event.userId, event.emoji),
        ),
      ),
    /** @param {{ chatId: string, messageId: string, forEveryone: boolean }} event */
    receiveDeletion: (event) =>
      update((state) => {
        if (event.forEveryone) changeEverywhere(state, event.chatId, event.messageId, asTombstone);
        else hideMessage(state, event.chatId, event.messageId);
      }),
    /** @param {{ chatId?: string, messageId: string, userId: string, status: string, upToSeq?: number }} event */
    receiveStatus: (event) => update((state) => receiveStatus(state, event)),
    /** @param {{ chatId?: string, userId: string, isTyping: boolean }} event */
    receiveTyping: (event) => update((state) => receiveTyping(state, event, Date.now())),
    /** @param {string} userId @param {boolean} online */
    receivePresence: (userId, online) =>
      update((state) => {
        const user = state.users.get(userId);
        if (user) state.users.set(userId, { ...user, online });
      }),
    /** @param {string} chatId */
    receiveRemoval: (chatId) => update((state) => removeChat(state, chatId)),
  };
}

/** @param {State} state @param {Message} message */
function receiveMessage(state, message) {
  putMessage(state, message);
  state.typing.get(message.chatId)?.delete(message.senderId);
  const cursor = state.cursors[message.chatId];
  if (cursor === undefined || message.rev > cursor + 1) return true;
  state.cursors[message.chatId] = Math.max(cursor, message.rev);
  return false;
}

/** @param {State} state @param {string} chatId @param {string} messageId @param {(m: Message) => Message} change */
function changeEverywhere(state, chatId, messageId, change) {
  changeMessage(timelineOf(state, chatId), messageId, change);
  const chat = state.chats.get(chatId);
  if (chat?.lastMessage?.id === messageId)
    state.chats.set(chatId, { ...chat, lastMessage: change(chat.lastMessage) });
}

/** @param {State} state @param {{ chatId?: string, messageId: string, userId: string, status: string, upToSeq?: number }} event */
function receiveStatus(state, event) {
  const chatId = event.chatId ?? chatOfMessage(state, event.messageId);
  const seq = event.upToSeq ?? (chatId && state.timelines.get(chatId)?.byId.get(event.messageId)?.seq);
  if (chatId && seq) raiseWatermark(state, chatId, event.userId, seq, event.status === 'read' ? seq : 0);
}

/** @param {State} state @param {string} messageId */
function chatOfMessage(state, messageId) {
  for (const [chatId, timeline] of state.timelines) if (timeline.byId.has(messageId)) return chatId;
  return undefined;
}

/** @param {State} state @param {{ chatId?: string, userId: string, isTyping: boolean }} event @param {number} now */
function receiveTyping(state, event, now) {
  const chatId = event.chatId ?? privateChatWith(state, event.userId);
  if (!chatId) return;
  const typing = state.typing.get(chatId) ?? new Map();
  if (event.isTyping) typing.set(event.userId, now + TYPING_MS);
  else typing.delete(event.userId);
  state.typing.set(chatId, typing);
}

/** @param {State} state @param {string} userId */
function privateChatWith(state, userId) {
  for (const chat of state.chats.values())
    if (chat.type === 'private' && chat.members.some((member) => member.userId === userId)) return chat.id;
  return undefined;
}
