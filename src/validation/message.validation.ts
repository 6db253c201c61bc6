import { body, query } from 'express-validator';
import { MAX_EMOJI_LENGTH, MAX_FORWARD_CHATS, MAX_TEMP_ID_LENGTH } from '../config/limits';
import { cursorQuery, idBody, idParam, idsBody, isId, limitQuery } from './common.validation';

/** What the content may be is decided in one place for REST and sockets: `services/content.ts`. */
const content = body('content')
  .custom(
    (value) =>
      typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value)),
  )
  .withMessage('must be an object with a type, or a text');

const replyTo = body('replyTo')
  .optional({ values: 'null' })
  .custom(isId)
  .withMessage('must be the id of a message');

const tempId = body('tempId')
  .optional({ values: 'null' })
  .custom((value) => typeof value === 'string' && value.length >= 1 && value.length <= MAX_TEMP_ID_LENGTH)
  .withMessage(`must be a text of 1 to ${MAX_TEMP_ID_LENGTH} characters`);

const seqQuery = (name: string) =>
  query(name)
    .optional()
    .custom((value) => typeof value === 'string' && /^\d{1,15}$/.test(value))
    .withMessage('must be the seq of a message')
    .toInt();

const flag = (name: string) =>
  body(name)
    .optional({ values: 'null' })
    .custom((value) => typeof value === 'boolean')
    .withMessage('must be true or false');

export const sendMessage = [idBody('chatId'), content, replyTo, tempId];
export const sendToChat = [idParam('id'), content, replyTo, tempId];
export const messageById = [idParam('id')];
export const listMessages = [idParam('id'), seqQuery('before'), seqQuery('after'), limitQuery];
export const listReplies = [idParam('id'), limitQuery];

const edited = (name: string) =>
  body(name)
    .optional()
    .custom(
      (value) =>
        typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value)),
    )
    .withMessage('must be a text, or an object with a type');

export const editMessage = [
  idParam('id'),
  edited('content'),
  edited('newContent'),
  body()
    .custom((value) => value?.content !== undefined || value?.newContent !== undefined)
    .withMessage('must have content or newContent'),
];

export const deleteMessage = [
  idParam('id'),
  query('forEveryone').optional().isIn(['true', 'false', '1', '0']).withMessage('must be true or false'),
  flag('forEveryone'),
  flag('deleteForEveryone'),
];

export const react = [
  idParam('id'),
  body('emoji')
    .custom((value) => value === null || (typeof value === 'string' && value.length <= MAX_EMOJI_LENGTH))
    .withMessage('must be an emoji, or null'),
];

export const forwardMessage = [idParam('id'), idsBody('chatIds', MAX_FORWARD_CHATS)];

export const setStatus = [
  idParam('id'),
  body('status')
    .custom((value) => typeof value === 'string' && /^(delivered|read)$/i.test(value))
    .withMessage('must be delivered or read'),
];

export const markChat = [
  idParam('id'),
  body('seq')
    .optional({ values: 'null' })
    .custom((value) => Number.isSafeInteger(value) && value >= 0)
    .withMessage('must be the seq of a message'),
];

export const listStarred = [limitQuery, cursorQuery];
