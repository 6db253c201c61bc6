import { invalidField } from '../errors/app-error';

/** RFC 5321 section 4.5.3.1: 64 before the @, and 254 in all. */
export const MAX_EMAIL_LENGTH = 254;
const EMAIL =
  /^[^\s@<>()[\]\\,;:"\p{C}]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u;

/** The form in which an address is stored and compared: no white space around, lower case. @throws validation_failed on `email`. */
export function normaliseEmail(text: string): string {
  const email = text.trim().toLowerCase();
  if (email.length > MAX_EMAIL_LENGTH || !EMAIL.test(email))
    throw invalidField('email', 'must be an email address');
  return email;
}
