import { body, param, query, type ValidationChain } from 'express-validator';
import { MAX_BIO_LENGTH, MAX_DEVICE_ID_LENGTH, MAX_SEARCH_LENGTH } from '../config/limits';
import { AUDIENCES, DEFAULT_PRIVACY } from '../models/user.model';
import { cursorQuery, idParam, limitQuery, nameBody, textBody, urlOrNullBody } from './common.validation';

const USERNAME = /^[a-z0-9_.]{3,32}$/i;
const MAX_SETTINGS_BYTES = 8192;
const MAX_SETTINGS_DEPTH = 5;
const UNSAFE_KEY = /^\$|\.|^__proto__$|^constructor$|^prototype$|^$/;

/** `PUT /api/users/profile` (contract sections 4 and 5): every field optional, unknown ones dropped. */
export const updateProfileRules: ValidationChain[] = [
  nameBody().optional(),
  body('username')
    .optional()
    .custom((value) => value === null || (typeof value === 'string' && USERNAME.test(value)))
    .withMessage('must be 3 to 32 letters a-z, digits, "_" or ".", or null'),
  textBody('bio', { max: MAX_BIO_LENGTH }).optional(),
  urlOrNullBody('avatarUrl').optional(),
  body('privacy')
    .optional()
    .custom(isPrivacyPatch)
    .withMessage(
      `must be an object of ${Object.keys(DEFAULT_PRIVACY).join(', ')}: ${AUDIENCES.join(', ')}, or true or false`,
    ),
  body('settings')
    .optional()
    .custom((value) => isPlainObject(value) && isSafeTree(value, MAX_SETTINGS_DEPTH) && isSmall(value))
    .withMessage(
      `must be an object of at most ${MAX_SETTINGS_BYTES} bytes and ${MAX_SETTINGS_DEPTH} levels, without "$" or "." in its keys`,
    ),
];

/** `GET /api/users/search`. */
export const searchUsersRules: ValidationChain[] = [
  query('q')
    .custom((value) => typeof value === 'string' && value.trim() !== '' && value.length <= MAX_SEARCH_LENGTH)
    .withMessage(`must be a text of 1 to ${MAX_SEARCH_LENGTH} characters`),
  limitQuery,
  cursorQuery,
];

export const userIdRules: ValidationChain[] = [idParam('userId')];

export const deviceIdRules: ValidationChain[] = [
  param('deviceId')
    .isLength({ min: 1, max: MAX_DEVICE_ID_LENGTH })
    .withMessage(`must be a text of 1 to ${MAX_DEVICE_ID_LENGTH} characters`),
];

/** True when every named setting exists and has a value of its kind. */
export function isPrivacyPatch(value: unknown): boolean {
  if (!isPlainObject(value)) return false;
  const kinds = new Map<string, unknown>(Object.entries(DEFAULT_PRIVACY));
  return Object.entries(value).every(([key, setting]) => {
    if (!kinds.has(key)) return false;
    if (typeof kinds.get(key) === 'boolean') return typeof setting === 'boolean';
    return AUDIENCES.some((audience) => audience === setting);
  });
}

/** True when no key at any level could be an operator, a path or part of a prototype, and nothing is deeper than `depth`. */
export function isSafeTree(value: unknown, depth: number): boolean {
  if (value === null || typeof value !== 'object') return true;
  if (depth === 0) return false;
  return Object.entries(value).every(([key, child]) => isSafeKey(key) && isSafeTree(child, depth - 1));
}

/** BSON ends a key at a NUL byte. */
function isSafeKey(key: string): boolean {
  return !UNSAFE_KEY.test(key) && !key.includes('\0');
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSmall(value: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(value)) <= MAX_SETTINGS_BYTES;
}
