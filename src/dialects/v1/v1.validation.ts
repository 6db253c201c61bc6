import { body, param, type ValidationChain } from 'express-validator';
import { MAX_BIO_LENGTH, MAX_SYNCED_NUMBERS } from '../../config/limits';
import {
  addMembersRules,
  createGroupRules,
  oneChatRules,
  updateGroupRules,
} from '../../validation/chat.validation';
import {
  cursorQuery,
  idBody,
  idParam,
  limitQuery,
  nameBody,
  nameOneOf,
  textBody,
  urlOrNullBody,
} from '../../validation/common.validation';
import { listMessages } from '../../validation/message.validation';

const MAX_PHONE_LENGTH = 40;
const lowerCase = (value: string) => value.toLowerCase();

export const listConversationsRules: ValidationChain[] = [limitQuery, cursorQuery];
export const listMessagesRules = listMessages;
export const conversationRules = oneChatRules;

/** `POST chat/conversations/direct {userId | phoneNumber}`. */
export const directRules: ValidationChain[] = [
  nameOneOf('userId', 'phoneNumber'),
  idBody('userId').optional().bail().customSanitizer(lowerCase),
  textBody('phoneNumber', { min: 1, max: MAX_PHONE_LENGTH }).optional(),
];

/** `PUT users/me`: what is not named stays. */
export const updateMeRules: ValidationChain[] = [
  nameBody().optional(),
  textBody('about', { max: MAX_BIO_LENGTH }).optional(),
  urlOrNullBody('avatarUrl').optional(),
];

/** `POST users/contacts/sync`: the address book as it is; what is no number is passed over. */
export const syncContactsRules: ValidationChain[] = [
  body('phoneNumbers')
    .custom(
      (value) =>
        Array.isArray(value) &&
        value.length <= MAX_SYNCED_NUMBERS &&
        value.every((entry) => typeof entry === 'string' && entry.length <= MAX_PHONE_LENGTH),
    )
    .withMessage(`must be a list of at most ${MAX_SYNCED_NUMBERS} phone numbers`),
];

/** The `name` an upload was answered with: the id, with an ending for those who look at it. */
export const fileRules: ValidationChain[] = [
  param('name')
    .custom((value) => typeof value === 'string' && /^[0-9a-f]{24}(\.\w{1,16})?$/i.test(value))
    .withMessage('must be the name of an uploaded file'),
];

export const newGroupRules = createGroupRules;
export const changeGroupRules = updateGroupRules;
export const newMembersRules = addMembersRules;
export const oneMemberRules: ValidationChain[] = [
  idParam('id').bail().customSanitizer(lowerCase),
  idParam('uid').bail().customSanitizer(lowerCase),
];
