import { body, type ValidationChain } from 'express-validator';
import { MAX_BIO_LENGTH, MAX_DEVICE_ID_LENGTH } from '../config/limits';
import { MAX_EMAIL_LENGTH } from '../helpers/email';
import { nameBody, nameOneOf, otpBody, textBody, urlOrNullBody } from './common.validation';

const MAX_PHONE_LENGTH = 32;
const MAX_COUNTRY_CODE_LENGTH = 8;
const MAX_PLATFORM_LENGTH = 32;

const phoneChains: ValidationChain[] = [
  textBody('phoneNumber', { min: 1, max: MAX_PHONE_LENGTH }),
  textBody('countryCode', { min: 1, max: MAX_COUNTRY_CODE_LENGTH }).optional({ values: 'null' }),
];

const deviceIdChain = textBody('deviceId', { min: 1, max: MAX_DEVICE_ID_LENGTH }).optional({
  values: 'null',
});

const deviceChains: ValidationChain[] = [
  deviceIdChain,
  textBody('platform', { min: 1, max: MAX_PLATFORM_LENGTH }).optional({ values: 'null' }),
];

export const sendOtpRules = phoneChains;

export const verifyOtpRules: ValidationChain[] = [...phoneChains, otpBody(), ...deviceChains];

export const completeProfileRules: ValidationChain[] = [
  nameBody(),
  textBody('bio', { max: MAX_BIO_LENGTH }).optional(),
  urlOrNullBody('avatarUrl').optional(),
];

/** Any text may be tried as a refresh token: what is none of ours is `unauthenticated`, not malformed. */
export const refreshTokenRules: ValidationChain[] = [
  body('refreshToken')
    .custom((value) => typeof value === 'string' && value !== '')
    .withMessage('must be a text'),
  deviceIdChain,
];

export const logoutRules: ValidationChain[] = [
  body('allDevices')
    .optional({ values: 'null' })
    .custom((value) => typeof value === 'boolean')
    .withMessage('must be true or false'),
];

const MIN_PASSWORD_LENGTH = 8;
/** What bcrypt looks at; of a longer one the rest would not count, and nobody would know. */
const MAX_PASSWORD_BYTES = 72;

/** A new password; what it is made of is its owner's affair (NIST SP 800-63B section 5.1.1). */
export const newPasswordChain = (name: string): ValidationChain =>
  body(name)
    .custom(
      (value) =>
        typeof value === 'string' &&
        value.length >= MIN_PASSWORD_LENGTH &&
        Buffer.byteLength(value) <= MAX_PASSWORD_BYTES &&
        !value.includes('\0'),
    )
    .withMessage(
      `must be a text of at least ${MIN_PASSWORD_LENGTH} characters and at most ${MAX_PASSWORD_BYTES} bytes`,
    );

/** A password to be compared: any text, for an old rule may have let it in. */
export const passwordChain = (name: string): ValidationChain =>
  body(name)
    .custom(
      (value) =>
        typeof value === 'string' && value.length > 0 && Buffer.byteLength(value) <= MAX_PASSWORD_BYTES,
    )
    .withMessage(`must be a text of at most ${MAX_PASSWORD_BYTES} bytes`);

const addressChains: ValidationChain[] = [
  nameOneOf('email', 'phoneNumber'),
  textBody('email', { min: 3, max: MAX_EMAIL_LENGTH }).optional({ values: 'null' }),
  textBody('phoneNumber', { min: 1, max: MAX_PHONE_LENGTH }).optional({ values: 'null' }),
];

export const registerRules: ValidationChain[] = [
  nameBody(),
  ...addressChains,
  newPasswordChain('password'),
  ...deviceChains,
];

export const loginRules: ValidationChain[] = [...addressChains, passwordChain('password'), ...deviceChains];

export const changePasswordRules: ValidationChain[] = [
  passwordChain('currentPassword'),
  newPasswordChain('newPassword'),
];
