import { query, type ValidationChain } from 'express-validator';
import { MAX_EMAIL_LENGTH } from '../helpers/email';
import { cursorQuery, idBody, idParam, limitQuery, nameOneOf, textBody } from './common.validation';
import { searchUsersRules } from './user.validation';

const MAX_PHONE_LENGTH = 40;

/** `POST /api/users/add-contact {userId | phoneNumber}` (contract section 6). */
export const addContactRules: ValidationChain[] = [
  nameOneOf('userId', 'phoneNumber'),
  idBody('userId').optional(),
  textBody('phoneNumber', { min: 1, max: MAX_PHONE_LENGTH }).optional(),
];

/** `POST /api/contacts/request {userId | phoneNumber | email}`. */
export const requestContactRules: ValidationChain[] = [
  nameOneOf('userId', 'phoneNumber', 'email'),
  idBody('userId').optional(),
  textBody('phoneNumber', { min: 1, max: MAX_PHONE_LENGTH }).optional(),
  textBody('email', { min: 3, max: MAX_EMAIL_LENGTH }).optional(),
];

/** `POST /api/contacts/block {userId}`. */
export const blockRules: ValidationChain[] = [idBody('userId')];

/** What is done to one contact; the user's id does as well. */
export const contactIdRules: ValidationChain[] = [idParam('contactId')];

export const listContactsRules: ValidationChain[] = [limitQuery, cursorQuery];

/** `GET /api/contacts/pending?direction=`: the incoming requests, or the own ones. */
export const listPendingRules: ValidationChain[] = [
  ...listContactsRules,
  query('direction')
    .default('incoming')
    .custom((value) => value === 'incoming' || value === 'outgoing')
    .withMessage('must be incoming or outgoing'),
];

/** `GET /api/contacts/search`. */
export const searchContactsRules = searchUsersRules;
