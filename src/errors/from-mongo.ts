import { Error as MongooseError, mongo } from 'mongoose';
import { AppError, invalidField, unavailable } from './app-error';

/** True when `error` is a duplicate-key refusal (E11000), optionally of the index whose name contains `index`. */
export function isDuplicateKey(error: unknown, index?: string): boolean {
  if (!(error instanceof mongo.MongoServerError) || error.code !== 11000) return false;
  return index === undefined || error.message.includes(index);
}

/** True when the database could not be reached or could not confirm, so the outcome is unknown or nothing happened. */
export function isMongoUnavailable(error: unknown): boolean {
  if (
    error instanceof mongo.MongoNetworkError ||
    error instanceof mongo.MongoServerSelectionError ||
    error instanceof mongo.MongoNotConnectedError ||
    error instanceof mongo.MongoTopologyClosedError ||
    error instanceof MongooseError.MongooseServerSelectionError
  ) {
    return true;
  }
  if (error instanceof mongo.MongoWriteConcernError) return true;
  if (!(error instanceof mongo.MongoError)) return false;
  return (
    error.hasErrorLabel('RetryableWriteError') ||
    error.hasErrorLabel('TransientTransactionError') ||
    error.name === 'MongoPoolClearedError' ||
    error.name === 'MongoWaitQueueTimeoutError' ||
    error.name === 'MongoExpiredSessionError' ||
    error.name === 'MongoClientClosedError'
  );
}

/** Translates what Mongo and Mongoose throw into an `AppError`; `undefined` when it is none of theirs. */
export function fromMongo(error: unknown): AppError | undefined {
  if (error instanceof MongooseError.CastError) return invalidField(error.path, 'has the wrong type');
  if (error instanceof MongooseError.ValidationError) {
    const errors = Object.values(error.errors).map((e) => ({ path: e.path, message: 'is not valid' }));
    return new AppError('validation_failed', 'The data is not valid', { errors, cause: error });
  }
  if (isDuplicateKey(error)) {
    return new AppError('conflict', 'It was created or changed by somebody else at the same time', {
      cause: error,
    });
  }
  if (isMongoUnavailable(error)) return unavailable('The database cannot be reached', 2, error);
  return undefined;
}

const MAX_TIME_EXPIRED = 50;

/** True for the refusal of a query that took longer than it was given. */
export function isOutOfTime(error: unknown): boolean {
  return error instanceof mongo.MongoServerError && error.code === MAX_TIME_EXPIRED;
}
