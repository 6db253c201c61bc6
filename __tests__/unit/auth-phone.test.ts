import { AppError } from '../../src/errors/app-error';
import { callingPrefix, normalisePhone } from '../../src/helpers/phone';
import { listCountries } from '../../src/services/country.service';

const strict = { isStrict: true };
const loose = { isStrict: false };

function faultOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return `${error.code} ${error.errors?.[0]?.path}`;
    throw error;
  }
  return undefined;
}

describe('normalisePhone', () => {
  it.each([
    [{ phoneNumber: '+919876543210' }, '+919876543210'],
    [{ phoneNumber: ' +91 98765-43210 ' }, '+919876543210'],
    [{ phoneNumber: '9876543210', countryCode: '+91' }, '+919876543210'],
    [{ phoneNumber: '9876543210', countryCode: '91' }, '+919876543210'],
    [{ phoneNumber: '09876543210', countryCode: 'IN' }, '+919876543210'],
    [{ phoneNumber: '9876543210', countryCode: 'in' }, '+919876543210'],
    [{ phoneNumber: '(213) 373-4253', countryCode: 'US' }, '+12133734253'],
    [{ phoneNumber: '+12133734253', countryCode: 'IN' }, '+12133734253'],
    [{ phoneNumber: '06 12345678', countryCode: 'NL' }, '+31612345678'],
  ])('writes %j as %s', (input, expected) => {
    expect(normalisePhone(input, strict)).toBe(expected);
    expect(normalisePhone(input, loose)).toBe(expected);
  });

  it('accepts outside production what no numbering plan knows, the same in both forms', () => {
    expect(normalisePhone({ phoneNumber: '+911111111111' }, loose)).toBe('+911111111111');
    expect(normalisePhone({ phoneNumber: '1111111111', countryCode: '+91' }, loose)).toBe('+911111111111');
    expect(normalisePhone({ phoneNumber: '+999 1234-5678' }, loose)).toBe('+99912345678');
    expect(faultOf(() => normalisePhone({ phoneNumber: '+911111111111' }, strict))).toBe(
      'validation_failed phoneNumber',
    );
  });

  it.each([
    '',
    '+',
    'abc',
    '+91',
    '9876543210',
    '+1234567',
    '+1234567890123456',
    'call +919876543210',
    '+9198765'.repeat(20),
  ])('refuses %s', (phoneNumber) => {
    expect(faultOf(() => normalisePhone({ phoneNumber }, loose))).toBe('validation_failed phoneNumber');
  });

  it.each(['', '+', 'XX', 'IND', '+12345', '0', '$ne'])('refuses the country %s', (countryCode) => {
    expect(faultOf(() => normalisePhone({ phoneNumber: '9876543210', countryCode }, loose))).toBe(
      'validation_failed countryCode',
    );
  });
});

describe('callingPrefix', () => {
  it.each([
    ['+911111111111', '+91'],
    ['+12133734253', '+1'],
    ['+358401234567', '+358'],
    ['+99912345678', '+999'],
  ])('of %s is %s', (phoneNumber, prefix) => {
    expect(callingPrefix(phoneNumber)).toBe(prefix);
  });
});

describe('listCountries', () => {
  it('names at least 195 countries once each, by name', () => {
    const countries = listCountries();
    expect(countries.length).toBeGreaterThanOrEqual(195);
    expect(new Set(countries.map(({ code }) => code)).size).toBe(countries.length);
    expect(countries).toContainEqual({ code: 'IN', callingCode: '+91', name: 'India' });
    const names = countries.map(({ name }) => name);
    expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b, 'en')));
    expect(countries.every(({ callingCode }) => /^\+\d{1,3}$/.test(callingCode))).toBe(true);
  });
});
