import { body, param, query, type ValidationChain } from 'express-validator';
import {
  MAX_DESCRIPTION_LENGTH,
  MAX_GROUP_MEMBERS,
  MAX_NAME_LENGTH,
  MAX_SEARCH_LENGTH,
} from '../config/limits';
import { ROLES } from '../models/membership.model';
import {
  cursorQuery,
  idBody,
  idParam,
  idsBody,
  isId,
  isName,
  limitQuery,
  nameBody,
  textBody,
  urlOrNullBody,
} from './common.validation';

/** Messages disappear after 5 s at the earliest and a year at the latest; 0 means never. */
const MIN_DISAPPEARING_SECONDS = 5;
const MAX_DISAPPEARING_SECONDS = 365 * 86_400;
const ISO_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

const lowerCase = (value: string) => value.toLowerCase();
const chatId = idParam('id').bail().customSanitizer(lowerCase);
const userId = idParam('userId').bail().customSanitizer(lowerCase);
const trimmed = (chain: ValidationChain) => chain.bail().customSanitizer((value: string) => value.trim());

const name = () => trimmed(nameBody());
const description = trimmed(textBody('description', { max: MAX_DESCRIPTION_LENGTH }).optional());
const avatarUrl = urlOrNullBody('avatarUrl').optional();

/** Besides the creator; a group may begin with nobody else. */
const memberIds = body('memberIds')
  .default([])
  .custom((value) => Array.isArray(value) && value.length < MAX_GROUP_MEMBERS && value.every(isId))
  .withMessage(`must be a list of at most ${MAX_GROUP_MEMBERS - 1} ids`)
  .bail()
  .customSanitizer((value: string[]) => [...new Set(value.map(lowerCase))]);

const mutedUntil = body('mutedUntil')
  .optional()
  .custom((value) => value === null || (typeof value === 'string' && ISO_TIME.test(value) && isTime(value)))
  .withMessage('must be an ISO 8601 time, or null')
  .bail()
  .customSanitizer((value: string | null) => (value === null ? null : new Date(value)));

const flag = (field: string) =>
  body(field)
    .optional()
    .custom((value) => typeof value === 'boolean')
    .withMessage('must be true or false');

const disappearingSeconds = body('disappearingSeconds')
  .optional()
  .custom((value) => Number.isInteger(value) && (value === 0 || isDisappearingTime(value)))
  .withMessage(`must be 0, or ${MIN_DISAPPEARING_SECONDS} to ${MAX_DISAPPEARING_SECONDS} seconds`);

const groupName = trimmed(
  body('name')
    .if((_value, { req }) => req.body?.type === 'group')
    .custom(isName)
    .withMessage(`must be a text of 1 to ${MAX_NAME_LENGTH} visible characters`),
);

export const listChatsRules = [limitQuery, cursorQuery];
export const openPrivateChatRules = [idBody('userId').bail().customSanitizer(lowerCase)];
export const createGroupRules = [name(), memberIds, description, avatarUrl];
/** S1's one address for both kinds; a group needs a name. */
export const createChatRules = [
  body('type')
    .custom((value) => value === 'private' || value === 'group')
    .withMessage('must be private or group'),
  memberIds,
  groupName,
  description,
  avatarUrl,
];
export const oneChatRules = [chatId];
export const updateGroupRules = [chatId, name().optional(), description, avatarUrl];
export const updateSettingsRules = [
  chatId,
  mutedUntil,
  flag('pinned'),
  flag('archived'),
  disappearingSeconds,
];
export const addMembersRules = [chatId, idsBody('userIds', MAX_GROUP_MEMBERS - 1)];
export const oneMemberRules = [chatId, userId];
export const setRoleRules = [
  chatId,
  userId,
  body('role')
    .custom((value) => ROLES.includes(value))
    .withMessage('must be owner, admin or member'),
];
export const joinByInviteRules = [
  param('token')
    .custom((value) => typeof value === 'string' && value.length <= 100)
    .withMessage('must be the token of an invitation'),
];

const searchText = query('q')
  .custom((value) => typeof value === 'string' && value.trim() !== '' && value.length <= MAX_SEARCH_LENGTH)
  .withMessage(`must be a text of 1 to ${MAX_SEARCH_LENGTH} characters`);
export const searchMessagesRules = [searchText, limitQuery, cursorQuery];
export const searchChatRules = [chatId, ...searchMessagesRules];

function isTime(value: string): boolean {
  return !Number.isNaN(Date.parse(value));
}

function isDisappearingTime(value: number): boolean {
  return value >= MIN_DISAPPEARING_SECONDS && value <= MAX_DISAPPEARING_SECONDS;
}
