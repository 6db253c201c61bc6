import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { invalidField } from '../errors/app-error';

export interface PhoneInput {
  phoneNumber: string;
  /** `"+91"`, `"91"` or `"IN"`; needed for national numbers only. */
  countryCode?: string;
}

const MAX_INPUT_LENGTH = 32;
const INTERNATIONAL = /^\+[1-9]\d{7,14}$/;
const PUNCTUATION = /[\s().\-/]/g;

/**
 * Gives the E.164 form of a number in international form, or in national form with its country (contract section 3). With
 * `isStrict` the numbering plan must know it; without, any `+` and 8 to 15 digits will do (seed 000's +911111111111).
 * @throws validation_failed on `phoneNumber` or `countryCode`.
 */
export function normalisePhone(input: PhoneInput, options: { isStrict: boolean }): string {
  const text = input.phoneNumber.trim();
  if (text.length > MAX_INPUT_LENGTH) throw invalidPhone();
  const callingCode = input.countryCode === undefined ? undefined : toCallingCode(input.countryCode);
  const parsed = parse(text, callingCode);
  if (parsed?.isValid() && parsed.ext === undefined) return parsed.number;
  const loose = options.isStrict ? undefined : toLooseE164(text, callingCode);
  if (loose === undefined) throw invalidPhone();
  return loose;
}

/** The calling prefix of an E.164 number, such as `+91`; one that no country has is its first three digits. */
export function callingPrefix(e164: string): string {
  const callingCode = parse(e164, undefined)?.countryCallingCode;
  return callingCode === undefined ? e164.slice(0, 4) : `+${callingCode}`;
}

function parse(text: string, callingCode: string | undefined): PhoneNumber | undefined {
  return parsePhoneNumberFromString(text, { defaultCallingCode: callingCode, extract: false });
}

function toCallingCode(countryCode: string): string {
  const text = countryCode.trim().toUpperCase();
  if (isSupportedCountry(text)) return getCountryCallingCode(text as CountryCode);
  const digits = /^\+?([1-9]\d{0,2})$/.exec(text)?.[1];
  if (digits === undefined) throw invalidField('countryCode', 'must be like "+91" or "IN"');
  return digits;
}

/** A national number loses its trunk zeros, so that both ways to write one number give the same account. */
function toLooseE164(text: string, callingCode: string | undefined): string | undefined {
  const digits = text.replace(PUNCTUATION, '');
  const e164 = digits.startsWith('+') ? digits : `+${callingCode ?? ''}${digits.replace(/^0+/, '')}`;
  if (!digits.startsWith('+') && callingCode === undefined) return undefined;
  return INTERNATIONAL.test(e164) ? e164 : undefined;
}

function invalidPhone() {
  return invalidField(
    'phoneNumber',
    'must be a number like +919876543210, or a national one with countryCode',
  );
}
