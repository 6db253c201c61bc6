import { body, param, query, type ValidationChain } from 'express-validator';
import { MAX_NAME_LENGTH, MAX_URL_LENGTH, PAGE_DEFAULT, PAGE_MAX } from '../config/limits';
import { isPlain, isVisible } from '../helpers/plain-name';

const OBJECT_ID = /^[0-9a-f]{24}$/i;
const NO_ID = 'must be an id of 24 hexadecimal digits';

/** True for the text form of an id of ours. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && OBJECT_ID.test(value);
}

/** An id in the path; what cannot be an id is simply unknown, so it is refused like any other malformed field. */
export const idParam = (name: string): ValidationChain => param(name).custom(isId).withMessage(NO_ID);

export const idBody = (name: string): ValidationChain => body(name).custom(isId).withMessage(NO_ID);

/** A list of at most `max` ids without repetitions. */
export const idsBody = (name: string, max: number): ValidationChain =>
  body(name)
    .custom((value) => Array.isArray(value) && value.length > 0 && value.length <= max && value.every(isId))
    .withMessage(`must be a list of 1 to ${max} ids`)
    .bail()
    .customSanitizer((value: string[]) => [...new Set(value.map((id) => id.toLowerCase()))]);

/** A string in the body of at least `min` characters besides white space; other types are refused, not converted. */
export const textBody = (name: string, { min = 0, max }: { min?: number; max: number }): ValidationChain =>
  body(name)
    .custom((value) => typeof value === 'string' && value.trim().length >= min && value.length <= max)
    .withMessage(`must be a text of ${min} to ${max} characters`);

/** At least one of the fields of the body that name a person. */
export const nameOneOf = (first: string, ...others: string[]): ValidationChain =>
  body(first)
    .custom((value, { req }) => [value, ...others.map((name) => req.body?.[name])].some(isGiven))
    .withMessage(`or ${others.join(' or ')} is required`);

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** True for what can stand for a person or a group: something to see, in any script, on one line that runs its own way. */
export function isName(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_NAME_LENGTH) return false;
  return isVisible(value) && isPlain(value);
}

/** The name of a person or a group in the body. */
export const nameBody = (): ValidationChain =>
  body('name').custom(isName).withMessage(`must be a text of 1 to ${MAX_NAME_LENGTH} visible characters`);

/** A one-time code in the body. */
export const otpBody = (): ValidationChain =>
  body('otp')
    .custom((value) => typeof value === 'string' && /^\d{6}$/.test(value))
    .withMessage('must be a text of 6 digits');

/** An http(s) URL in the body, or null. */
export const urlOrNullBody = (name: string): ValidationChain =>
  body(name)
    .custom((value) => value === null || isHttpUrl(value))
    .withMessage('must be an http or https URL, or null');

/** True for an absolute http or https URL of sane length. */
export function isHttpUrl(value: unknown): value is string {
  if (typeof value !== 'string' || value.length > MAX_URL_LENGTH) return false;
  try {
    return ['http:', 'https:'].includes(new URL(value).protocol);
  } catch {
    return false;
  }
}

/** `limit` of a list: default 50; more than 100 is clamped, not refused (contract section 2). */
export const limitQuery = query('limit')
  .default(PAGE_DEFAULT)
  .custom((value) => /^\d{1,100}$/.test(String(value)) && Number(value) > 0)
  .withMessage('must be a whole number above 0')
  .customSanitizer((value) => Math.min(Number(value), PAGE_MAX));

/** `days` of a summary: how far back, 30 unless told. */
export const daysQuery = (max: number): ValidationChain =>
  query('days')
    .default(30)
    .custom((value) => /^\d{1,3}$/.test(String(value)) && Number(value) >= 1 && Number(value) <= max)
    .withMessage(`must be a whole number from 1 to ${max}`)
    .toInt();

/** An opaque cursor as handed out in `nextCursor`. */
export const cursorQuery = query('cursor')
  .optional()
  .custom((value) => typeof value === 'string' && value.length <= 200)
  .withMessage('must be a cursor from an earlier answer');
