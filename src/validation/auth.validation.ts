import { body, type ValidationChain } from 'express-validator';
import { MAX_BIO_LENGTH, MAX_DEVICE_ID_LENGTH } from '../config/limits';
import { nameBody, otpBody, textBody, urlOrNullBody } from './common.validation';

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

export const sendOtpRules = phoneChains;

export const verifyOtpRules: ValidationChain[] = [
  ...phoneChains,
  otpBody(),
  deviceIdChain,
  textBody('platform', { min: 1, max: MAX_PLATFORM_LENGTH }).optional({ values: 'null' }),
];

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
