import { body, type ValidationChain } from 'express-validator';
import { isEmail } from '../helpers/email';
import { otpBody } from './common.validation';

/** An email in the body. */
export const emailBody = (): ValidationChain =>
  body('email').custom(isEmail).withMessage('must be an email address');

/** `POST /api/users/email`. */
export const sendEmailCodeRules: ValidationChain[] = [emailBody()];

/** `POST /api/users/email/verify`. */
export const verifyEmailRules: ValidationChain[] = [emailBody(), otpBody()];
