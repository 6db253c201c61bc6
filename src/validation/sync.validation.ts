import { body } from 'express-validator';
import { isId } from './common.validation';

const isRev = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;

const MAX_CURSORS = 10_000;

function isCursors(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return entries.length <= MAX_CURSORS && entries.every(([chatId, rev]) => isId(chatId) && isRev(rev));
}

/** The body of `POST /api/sync`; the same rules as `sync:request` in the AsyncAPI document. */
export const sync = [
  body('cursors').optional({ values: 'null' }).custom(isCursors).withMessage('must map chat ids to revs'),
  body('userRev').optional({ values: 'null' }).custom(isRev).withMessage('must be a whole number'),
  body('limit')
    .optional({ values: 'null' })
    .custom((value) => Number.isSafeInteger(value) && value >= 1)
    .withMessage('must be a whole number above 0'),
  body('since')
    .optional({ values: 'null' })
    .custom((value) => typeof value === 'string' && ISO_TIME.test(value) && !Number.isNaN(Date.parse(value)))
    .withMessage('must be an ISO 8601 time'),
];
