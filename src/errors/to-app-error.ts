import { AppError } from './app-error';
import { fromDisk } from './from-disk';
import { fromMongo } from './from-mongo';

/** Turns anything thrown into an `AppError`; what is unknown becomes `internal` with the cause kept for the log. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return (
    fromMongo(error) ??
    fromDisk(error) ??
    new AppError('internal', 'An unexpected error happened; it has been logged', { cause: error })
  );
}
