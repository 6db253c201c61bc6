import type { ValidationChain } from 'express-validator';
import { daysQuery } from './common.validation';

/** What is kept of activity goes a little further back. */
const MAX_DAYS = 90;

/** `GET /api/users/statistics` and `/activity`. */
export const statisticsRules: ValidationChain[] = [daysQuery(MAX_DAYS)];
