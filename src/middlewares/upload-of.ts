import type { Request } from 'express';
import { invalidField } from '../errors/app-error';
import type { Upload } from '../types/upload';

/** The received file, in handlers behind `createUpload`. */
export function uploadOf(req: Request): Upload {
  if (!req.upload) throw invalidField('file', 'is required: one file');
  return req.upload;
}
