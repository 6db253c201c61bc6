import { mkdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { RequestHandler } from 'express';
import multer, { MulterError } from 'multer';
import { AppError, invalidField } from '../errors/app-error';
import { uploadName } from '../helpers/upload-name';
import type { Upload } from '../types/upload';

/** What a multipart body has beside the file: its boundaries and headers. */
const FRAME_BYTES = 64 * 1024;

/**
 * Receives one file of a multipart body into `dir`, never into memory, and sets `req.upload`. What is announced as too large is
 * refused before it is read; what breaks off leaves nothing.
 */
export function createUpload({ dir, maxBytes }: { dir: string; maxBytes: number }) {
  mkdirSync(dir, { recursive: true });
  const receive = multer({
    dest: dir,
    defParamCharset: 'utf8',
    // `uploadName` takes the folders off; where the bytes lie has nothing to do with the name.
    preservePath: true,
    limits: {
      fileSize: maxBytes,
      files: 1,
      fields: 8,
      parts: 9,
      fieldSize: 1024,
      fieldNameSize: 100,
      headerPairs: 20,
    },
  });

  return (field: string): RequestHandler[] => [
    (req, _res, next) => {
      if (!req.is('multipart/form-data'))
        throw new AppError('unsupported_media_type', 'Send the file as multipart/form-data');
      if (Number(req.get('content-length')) > maxBytes + FRAME_BYTES) throw tooLarge(maxBytes);
      next();
    },
    (req, res, next) => {
      receive.single(field)(req, res, (error: unknown) => {
        if (error) return next(toAppError(error, field, maxBytes));
        if (!req.file) return next(invalidField(field, 'is required: one file'));
        const { path: file, originalname, size } = req.file;
        req.upload = { path: file, name: uploadName(originalname), size } satisfies Upload;
        return next();
      });
    },
  ];
}

/** Removes what an earlier run was receiving when it ended. */
export async function sweepUploads(dir: string): Promise<void> {
  for (const name of await readdir(dir).catch(() => [])) await rm(path.join(dir, name), { force: true });
}

function tooLarge(maxBytes: number): AppError {
  return new AppError(
    'payload_too_large',
    `A file may have at most ${Math.floor(maxBytes / 1024 / 1024)} MB`,
  );
}

function toAppError(error: unknown, field: string, maxBytes: number): unknown {
  if (error instanceof MulterError) {
    if (error.code === 'LIMIT_FILE_SIZE') return tooLarge(maxBytes);
    if (error.code === 'LIMIT_UNEXPECTED_FILE' || error.code === 'LIMIT_FILE_COUNT')
      return invalidField(field, 'must be the one file of the body');
    return new AppError('validation_failed', 'The multipart body has more than the file needs');
  }
  // The parser's own complaints: no boundary, or a body that breaks off.
  if (error instanceof Error && !('errno' in error))
    return new AppError('validation_failed', 'The multipart body cannot be read');
  return error;
}
