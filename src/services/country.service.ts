import { getCountries, getCountryCallingCode } from 'libphonenumber-js/max';

export interface Country {
  /** ISO 3166-1 alpha-2. */
  code: string;
  /** With the plus, such as `+91`. */
  callingCode: string;
  name: string;
}

let countries: Country[] | undefined;

/** Every country and territory that has telephones, by English name (contract section 3, seed 002: 195+ countries). */
export function listCountries(): Country[] {
  countries ??= buildCountries();
  return countries;
}

function buildCountries(): Country[] {
  const names = new Intl.DisplayNames(['en'], { type: 'region' });
  return getCountries()
    .map((code) => ({ code, callingCode: `+${getCountryCallingCode(code)}`, name: names.of(code) ?? code }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}
