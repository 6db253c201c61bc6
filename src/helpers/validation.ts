import type { RequestHandler } from 'express';
import { matchedData, type ValidationChain, validationResult } from 'express-validator';
import { AppError, type FieldError } from '../errors/app-error';

/** Ends a list of validation chains: refuses with `validation_failed` and one entry for each faulty field. */
export const handleValidation: RequestHandler = (req, _res, next) => {
  const faults = validationResult(req).array({ onlyFirstError: true });
  if (faults.length === 0) {
    next();
    return;
  }
  const errors: FieldError[] = faults.map((fault) => ({
    path: fault.type === 'field' ? fault.path : '',
    message: String(fault.msg),
  }));
  next(
    new AppError(
      'validation_failed',
      `${errors[0]?.path ?? ''} ${errors[0]?.message ?? 'is not valid'}`.trim(),
      { errors },
    ),
  );
};

/** The chains of `validation/` followed by `handleValidation`, ready for a route. */
export function validate(chains: ValidationChain[]): RequestHandler[] {
  return [...chains, handleValidation];
}

/** What the chains let through; all else the caller sent is dropped. */
export function validated<T>(req: Parameters<RequestHandler>[0]): T {
  return matchedData(req, { includeOptionals: false }) as T;
}
