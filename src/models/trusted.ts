import mongoose from 'mongoose';

/**
 * Marks operators that our own code wrote, such as `{ $gt: now }`, so that `sanitizeFilter` lets them through. The values
 * inside must already be of a plain type: what a caller sent never comes in here as an object.
 */
export function trusted<T extends object>(operators: T): T {
  return mongoose.trusted(operators) as T;
}
