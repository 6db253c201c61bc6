import { body, query, type ValidationChain } from 'express-validator';
import { MAX_CALL_ISSUE_LENGTH, MAX_CALL_ISSUES } from '../config/limits';
import { CALL_FIGURES } from '../models/call-feedback.model';
import { cursorQuery, daysQuery, idBody, idParam, limitQuery } from './common.validation';

const oneOf = (chain: ValidationChain, words: readonly string[]) =>
  chain
    .custom((value) => typeof value === 'string' && words.includes(value))
    .withMessage(`must be ${words.join(' or ')}`);

/** `POST /api/calls/initiate {calleeId | chatId, type}`; with both, the person counts. */
export const initiateCallRules: ValidationChain[] = [
  body('calleeId')
    .custom((value, { req }) => value !== undefined || req.body?.chatId !== undefined)
    .withMessage('or chatId is required'),
  idBody('calleeId').optional(),
  idBody('chatId').optional(),
  oneOf(body('type'), ['audio', 'video']),
];

export const callIdRules: ValidationChain[] = [idParam('callId')];

/** `PUT /api/calls/:id/end`, with the word of `end-call` if the client knows which it is. */
export const endCallRules: ValidationChain[] = [
  ...callIdRules,
  oneOf(body('status').optional(), ['ended', 'declined', 'cancelled']),
];

export const listCallsRules: ValidationChain[] = [
  limitQuery,
  cursorQuery,
  oneOf(query('status').optional(), ['missed']),
];

const MAX_DAYS = 365;

/** `GET /api/calls/analytics?days=`. */
export const callAnalyticsRules: ValidationChain[] = [daysQuery(MAX_DAYS)];

function isIssue(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '' && value.length <= MAX_CALL_ISSUE_LENGTH;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `POST /api/calls/:id/feedback {rating, issues?, stats?}`; figures that are not known here are dropped. */
export const feedbackRules: ValidationChain[] = [
  ...callIdRules,
  body('rating')
    .custom((value) => Number.isInteger(value) && value >= 1 && value <= 5)
    .withMessage('must be a whole number from 1 to 5'),
  body('issues')
    .optional({ values: 'null' })
    .custom((value) => Array.isArray(value) && value.length <= MAX_CALL_ISSUES && value.every(isIssue))
    .withMessage(
      `must be a list of at most ${MAX_CALL_ISSUES} texts of 1 to ${MAX_CALL_ISSUE_LENGTH} characters`,
    ),
  body('stats').optional({ values: 'null' }).custom(isObject).withMessage('must be an object'),
  ...CALL_FIGURES.map((name) =>
    body(`stats.${name}`)
      .optional({ values: 'null' })
      .custom((value) => typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= 1e15)
      .withMessage('must be a number that is not negative'),
  ),
  oneOf(body('stats.candidateType').optional({ values: 'null' }), ['host', 'srflx', 'prflx', 'relay']),
];
