const SECRET_KEYS =
  /^(authorization|cookie|set-cookie|password.*|.*token|.*secret|otp|code_?hash|refresh_?hash|fcmtoken)$/i;
/** Begins where a run of its letters begins: a search from each letter of a long run would take the square of its length. */
const JWT = /(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g;
const PHONE_KEYS = /^phone(number)?s?$/i;
/** In a query the plus is `%2B`. */
const PHONE = /(\+|%2B)(\d{7,15})\b/gi;
/** Begins where a run of its letters begins, like the token. In a query the `@` is `%40`. */
const EMAIL = /(?<![\w.+%*-])[\w.+%*-]+(?:@|%40)(?:[a-z0-9-]+\.)+[a-z]{2,}/gi;
/** What people search for is their own affair, and may be a number without its plus. */
const SECRET_QUERY = /([?&](?:token|access_token|refreshToken|otp|phoneNumber|q)=)[^&\s"]+/gi;
/** The password in `scheme://user:password@host`; what the scheme is does not matter. */
const URL_PASSWORD = /(:\/\/[^\s:/@]*:)[^\s/@]+@/g;
/** Whoever has the token of an invitation can join by it. */
const INVITE_PATH = /(\/chats\/join\/)[^/?\s"]+/gi;

/** `+911111111111` becomes `+91*******11`: enough to recognise one's own number in a log, not to learn another's. */
export function maskPhone(phone: string): string {
  return `${phone.slice(0, 3)}${'*'.repeat(Math.max(phone.length - 5, 0))}${phone.slice(-2)}`;
}

/** `alice@example.org` becomes `a***e@example.org`. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  const local = email.slice(0, at);
  return `${local.slice(0, 1)}***${local.length > 3 ? local.slice(-1) : ''}${email.slice(at)}`;
}

function maskValue(value: unknown): unknown {
  if (typeof value === 'string') return maskPhone(value);
  return Array.isArray(value) ? value.map(maskValue) : '[phone]';
}

function redactText(text: string): string {
  return text
    .replace(JWT, '[token]')
    .replace(SECRET_QUERY, '$1[secret]')
    .replace(INVITE_PATH, '$1[secret]')
    .replace(URL_PASSWORD, '$1[secret]@')
    .replace(PHONE, (_match, _plus, digits: string) => maskPhone(`+${digits}`))
    .replace(EMAIL, (email) => maskEmail(email.replace('%40', '@')));
}

function serialise(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return value;
  if (depth > 6) return '[deep]';
  if (Array.isArray(value)) return value.slice(0, 100).map((entry) => serialise(entry, depth + 1));
  if (value instanceof Error) return serialiseError(value, depth);
  return redactObject(value as Record<string, unknown>, depth);
}

function serialiseError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  return {
    name,
    message: redactText(message),
    ...(stack && { stack: redactText(stack) }),
    ...(cause !== undefined && { cause: serialise(cause, depth + 1) }),
  };
}

function redactObject(object: Record<string, unknown>, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(object)) {
    if (SECRET_KEYS.test(key) && value) result[key] = '[secret]';
    else if (PHONE_KEYS.test(key) && value) result[key] = maskValue(value);
    else result[key] = serialise(value, depth + 1);
  }
  return result;
}

/**
 * Rewrites a log record in place: secrets by the name of their key, tokens and phone numbers wherever they stand.
 * Symbol keys, which winston needs, stay.
 */
export function redact<T extends object>(info: T): T {
  return Object.assign(info, redactObject(info as Record<string, unknown>, 0));
}
