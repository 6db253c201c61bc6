import { body, type ValidationChain } from 'express-validator';
import { cursorQuery, idBody, idParam, limitQuery, textBody } from './common.validation';

const MAX_PHONE_LENGTH = 40;

/** `POST /api/users/add-contact {userId | phoneNumber}` (contract section 6). */
export const addContactRules: ValidationChain[] = [
  body('userId')
    .custom((value, { req }) => value !== undefined || req.body?.phoneNumber !== undefined)
    .withMessage('or phoneNumber is required'),
  idBody('userId').optional(),
  textBody('phoneNumber', { min: 1, max: MAX_PHONE_LENGTH }).optional(),
];

/** `POST /api/contacts/block {userId}`. */
export const blockRules: ValidationChain[] = [idBody('userId')];

/** `PATCH /api/contacts/unblock/:contactId`; the user's id does as well. */
export const unblockRules: ValidationChain[] = [idParam('contactId')];

export const listContactsRules: ValidationChain[] = [limitQuery, cursorQuery];
