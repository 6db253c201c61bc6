import { domainToASCII } from 'node:url';
import { invalidField } from '../errors/app-error';

/** RFC 5321 section 4.5.3.1: 64 before the @, and 254 in all. */
export const MAX_EMAIL_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;
const LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The one form in which an address is kept and compared: trimmed, in lower case, the domain in ASCII. Undefined for what
 * is no address; what has a quoted name, a comment or a line break is none, so that it can end up in no other header.
 */
export function toEmail(text: string): string | undefined {
  if (text.length > MAX_EMAIL_LENGTH * 2) return undefined;
  const [local, domain, ...rest] = text.trim().toLowerCase().split('@');
  if (local === undefined || domain === undefined || rest.length > 0) return undefined;
  const ascii = domainToASCII(domain);
  const email = `${local}@${ascii}`;
  if (local.length > MAX_LOCAL_LENGTH || email.length > MAX_EMAIL_LENGTH) return undefined;
  return LOCAL.test(local) && isDomain(ascii) ? email : undefined;
}

/** The same. @throws validation_failed on `email` for what is no address. */
export function normaliseEmail(text: string): string {
  const email = toEmail(text);
  if (email === undefined) throw invalidField('email', 'must be an email address');
  return email;
}

/** True for what `toEmail` takes. */
export function isEmail(value: unknown): value is string {
  return typeof value === 'string' && toEmail(value) !== undefined;
}

/** What follows the `@`. */
export function emailDomain(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1);
}

/** Two labels at least, and no number as the last one: an address of the net has no mailbox. */
function isDomain(domain: string): boolean {
  const labels = domain.split('.');
  return (
    labels.length > 1 && labels.every((label) => LABEL.test(label)) && !/^\d+$/.test(labels.at(-1) ?? '')
  );
}
