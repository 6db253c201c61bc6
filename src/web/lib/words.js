/** What happened, in plain words. */
import { nameOf, titleOf } from '../state/selectors.js';
import { clockText } from './files.js';
import { duration } from './time.js';

/** @typedef {import('../types').State} State */
/** @typedef {import('../types').Message} Message */

/** An error as a person should read it. @param {any} error */
export function errorText(error) {
  const wait = error?.retryAfterSeconds
    ? ` Try again in ${duration(error.retryAfterSeconds)}.`
    : ' Try again later.';
  switch (error?.code) {
    case 'otp_invalid':
      return 'That code is wrong or has expired. Check it and try again.';
    case 'otp_locked':
      return `Too many wrong codes.${wait}`;
    case 'rate_limited':
      return `That was too often.${wait}`;
    case 'unavailable':
      return 'The server is busy right now. Try again in a moment.';
    case 'validation_failed':
      return invalidText(error);
    default:
      return error?.message ?? 'Something went wrong.';
  }
}

/** What the server's names of fields are called on this page. @type {Record<string, string>} */
const FIELD_NAMES = {
  otp: 'code',
  avatarUrl: 'picture',
  bio: 'text about you',
  memberIds: 'list of members',
  'content.text': 'message',
};

/** @param {{ message: string, errors?: Array<{ path: string, message: string }> }} error */
function invalidText({ message, errors }) {
  const [first] = errors ?? [];
  if (!first) return message;
  if (first.path === 'phoneNumber')
    return 'That is no phone number we know. Check the country and the digits.';
  return `Please check the ${FIELD_NAMES[first.path] ?? first.path}: it ${first.message}.`;
}

/** A message in one line, for lists, quotes and notices. @param {State} state @param {Pick<Message, 'content' | 'senderId'>} message */
export function snippet(state, message) {
  const { content } = message;
  if (!content) return 'This message was deleted';
  if (content.type === 'text') return content.text ?? '';
  if (content.type === 'system') return systemText(state, message);
  if (content.type === 'location') return `Location${content.name ? `: ${content.name}` : ''}`;
  return fileText(content);
}

/** A file in a few words; the names that cameras give say nothing. @param {import('../types').Content} content */
function fileText({ type, caption, name, durationMs }) {
  if (/^Voice message\b/.test(name ?? ''))
    return `Voice message${durationMs ? ` (${clockText(durationMs)})` : ''}`;
  const kinds = { image: 'Photo', video: 'Video', audio: 'Audio', document: 'Document' };
  const kind = kinds[/** @type {keyof typeof kinds} */ (type)] ?? 'Message';
  const isSeen = type === 'image' || type === 'video';
  const words = caption || (isSeen ? '' : name);
  return words ? `${kind}: ${words}` : kind;
}

/** A change of the group told as a sentence. @param {State} state @param {Pick<Message, 'content' | 'senderId'>} message */
export function systemText(state, { content, senderId }) {
  const actor = nameOf(state, senderId);
  const detail = /** @type {any} */ (content ?? {});
  const ids = detail.userIds ?? (detail.userId ? [detail.userId] : []);
  const people = listOf(ids.map((/** @type {string} */ id) => inSentence(nameOf(state, id))));
  switch (detail.event) {
    case 'members_added':
      return `${actor} added ${people}`;
    case 'member_removed':
      return `${actor} removed ${people}`;
    case 'member_left':
      return `${actor} left`;
    case 'member_joined':
      return `${actor} joined by the invite link`;
    case 'role_changed':
      return `${actor} made ${people} ${roleText(detail.role)}`;
    case 'disappearing_changed':
      return disappearingText(actor, detail.disappearingSeconds ?? detail.seconds ?? 0);
    default:
      return groupText(actor, detail);
  }
}

/** @param {string} name */
function inSentence(name) {
  return name === 'You' ? 'you' : name;
}

/** @param {string[]} names */
function listOf(names) {
  if (names.length <= 1) return names[0] ?? 'somebody';
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** @param {string} role */
export function roleText(role) {
  return role === 'owner' ? 'the owner' : role === 'admin' ? 'an admin' : 'a plain member';
}

/** @param {string} actor @param {number} seconds */
function disappearingText(actor, seconds) {
  if (!seconds) return `${actor} turned disappearing messages off`;
  return `${actor} set messages to disappear after ${duration(seconds)}`;
}

/** @param {string} actor @param {any} detail */
function groupText(actor, detail) {
  const changes = detail.changes ?? detail;
  if (changes.name) return `${actor} named the group “${changes.name}”`;
  if (changes.description !== undefined) return `${actor} changed the description`;
  if (changes.avatarUrl !== undefined) return `${actor} changed the picture`;
  return `${actor} changed the group`;
}

/** "Bob is typing…" @param {State} state @param {import('../types').Chat} chat @param {string[]} userIds */
export function typingText(state, chat, userIds) {
  if (userIds.length === 0) return '';
  if (chat.type === 'private') return 'typing…';
  const names = listOf(userIds.slice(0, 3).map((id) => nameOf(state, id)));
  return `${names} ${userIds.length === 1 ? 'is' : 'are'} typing…`;
}

/** For screen readers: who wrote what, where. @param {State} state @param {Message} message */
export function announcement(state, message) {
  const chat = state.chats.get(message.chatId);
  if (message.content?.type === 'system') return systemText(state, message);
  const where = chat?.type === 'group' ? ` in ${titleOf(state, chat)}` : '';
  return `${nameOf(state, message.senderId)}${where}: ${snippet(state, message)}`;
}
