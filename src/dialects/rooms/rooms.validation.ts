import { query, type ValidationChain } from 'express-validator';
import { newPasswordChain, passwordChain } from '../../validation/auth.validation';
import { idBody, idParam, isId, otpBody } from '../../validation/common.validation';
import { emailBody } from '../../validation/email.validation';
import { MAX_ROOM_MESSAGES } from './room-history';

const lowerCase = (value: string) => value.toLowerCase();

export const registerRules: ValidationChain[] = [emailBody(), newPasswordChain('password')];
export const verifyOtpRules: ValidationChain[] = [emailBody(), otpBody()];
export const loginRules: ValidationChain[] = [emailBody(), passwordChain('password')];
export const newRoomRules: ValidationChain[] = [idBody('otherUserId').bail().customSanitizer(lowerCase)];

/** Clients of seed 004 ask for the whole history and know no pages; others may. */
export const historyRules: ValidationChain[] = [
  idParam('roomId').bail().customSanitizer(lowerCase),
  query('limit')
    .default(MAX_ROOM_MESSAGES)
    .custom((value) => /^\d{1,100}$/.test(String(value)) && Number(value) > 0)
    .withMessage('must be a whole number above 0')
    .customSanitizer((value) => Math.min(Number(value), MAX_ROOM_MESSAGES)),
  query('before').optional().custom(isId).withMessage('must be the id of a message'),
];
