import { query, type ValidationChain } from 'express-validator';
import { idParam } from './common.validation';

/** `GET|DELETE /api/media/:id`. */
export const mediaIdRules: ValidationChain[] = [idParam('id')];

/** `GET /api/media/:id/file`, with what a signed address carries. */
export const mediaBytesRules: ValidationChain[] = [
  idParam('id'),
  query('expires')
    .optional()
    .custom((value) => typeof value === 'string' && /^\d{1,12}$/.test(value))
    .withMessage('must be a time in seconds'),
  query('signature')
    .optional()
    .custom((value) => typeof value === 'string' && value.length <= 100)
    .withMessage('must be a signature'),
];
