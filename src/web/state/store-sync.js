/** The answer of a sync, applied to the state: the truth, whatever the live events said. */
import { hideMessage, markRead, putChat, putMessage, raiseWatermark, removeChat } from './mutations.js';

/** @typedef {import('../types').State} State */

/** @param {State} state @param {import('../types').SyncAnswer} answer */
export function applySync(state, answer) {
  for (const chat of answer.chats) {
    if (isReset(answer, chat.id)) state.timelines.delete(chat.id);
    putChat(state, chat);
  }
  for (const message of answer.messages) putMessage(state, message);
  for (const mark of answer.receipts) {
    raiseWatermark(state, mark.chatId, mark.userId, mark.deliveredSeq, mark.readSeq);
    if (mark.userId === state.me?.id) markRead(state, mark.chatId, mark.readSeq);
  }
  for (const entry of answer.states) applyOwn(state, entry);
  for (const chatId of answer.removed) removeChat(state, chatId);
  Object.assign(state.cursors, answer.nextCursors);
  if (answer.userRev !== undefined) state.userRev = answer.userRev;
}

/** Too much was missed: what is loaded has a gap and must be read again. @param {import('../types').SyncAnswer} answer @param {string} chatId */
function isReset(answer, chatId) {
  return answer.reset?.includes(chatId) ?? false;
}

/** One entry of the user's own feed; kinds this page does not show are skipped. @param {State} state @param {{ key: string, value: any }} entry */
function applyOwn(state, { key, value }) {
  const [kind = '', id = ''] = key.split(':');
  if (kind === 'star') setMember(state.starred, id, Boolean(value));
  if (kind === 'hidden' && value) hideMessage(state, value.chatId ?? '', id);
  if (kind === 'contact') {
    setMember(state.contacts, id, value?.status === 'ACCEPTED');
    setMember(state.blocked, id, value?.status === 'BLOCKED');
  }
  const chat = kind === 'settings' && state.chats.get(id);
  if (chat && value) state.chats.set(id, { ...chat, settings: value });
}

/** @param {Set<string>} set @param {string} id @param {boolean} isIn */
function setMember(set, id, isIn) {
  if (isIn) set.add(id);
  else set.delete(id);
}
