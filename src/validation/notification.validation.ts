import type { ValidationChain } from 'express-validator';
import { cursorQuery, idParam, limitQuery } from './common.validation';

export const listNotificationsRules: ValidationChain[] = [limitQuery, cursorQuery];

/** `POST /api/notifications/clear/:chatId`. */
export const clearNotificationsRules: ValidationChain[] = [idParam('chatId')];
