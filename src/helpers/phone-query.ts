import { normalisePhone } from './phone';

/**
 * The E.164 form of a number somebody typed or pasted whole (`+91 11111-11111`), or undefined when it is none. A
 * missing plus is forgiven: unescaped in a query string it arrives as a space.
 */
export function asE164(text: string): string | undefined {
  const compact = text
    .normalize('NFKC')
    .replace(/[\u2010-\u2015]/gu, '-')
    .trim();
  const bare = compact.replace(/^\((\+?\d+)\)/, '$1 ');
  const phoneNumber = bare.startsWith('+') ? bare : `+${bare}`;
  try {
    return normalisePhone({ phoneNumber }, { isStrict: false });
  } catch {
    return undefined;
  }
}
