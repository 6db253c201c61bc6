/**
 * The part of Cloudinary's API that we use, on a local port: signed uploads, destroy, and downloads by a signed address that ends, with
 * Cloudinary's own paths, checks and error bodies. The real SDK talks to it.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { v2 as cloudinary } from 'cloudinary';
import express, { type Request, type Response } from 'express';
import multer from 'multer';

export const CLOUDINARY_ACCOUNT = { cloudName: 'parley', apiKey: '123456789', apiSecret: 'the-api-secret' };

export interface FakeCloudinary {
  url: string;
  /** What is stored, by `type/delivery/public_id`. */
  objects: Map<string, Buffer>;
  /** The next call is answered with this error. */
  failNext(failure: { status: number; message: string }): void;
  /** From the next upload on, assets become public, as they would with an unsigned `type`. */
  storePublicly(): void;
  stop(): Promise<void>;
}

/** No part of what is signed. */
const UNSIGNED = ['file', 'api_key', 'signature', 'resource_type', 'cloud_name'];

function isSigned(params: Record<string, string>): boolean {
  const signed = Object.fromEntries(Object.entries(params).filter(([name]) => !UNSIGNED.includes(name)));
  const expected = cloudinary.utils.api_sign_request(signed, CLOUDINARY_ACCOUNT.apiSecret);
  return params.api_key === CLOUDINARY_ACCOUNT.apiKey && params.signature === expected;
}

export async function startFakeCloudinary(): Promise<FakeCloudinary> {
  const objects = new Map<string, Buffer>();
  let failure: { status: number; message: string } | undefined;
  let isPublic = false;
  const app = express();
  const form = multer({ storage: multer.memoryStorage() });

  app.use((_req, res, next) => {
    const failed = failure;
    failure = undefined;
    if (!failed) return next();
    return refuse(res, failed.status, failed.message);
  });

  app.post('/v1_1/:cloud/:type/upload', form.single('file'), (req: Request, res: Response) => {
    const { body, file } = req;
    if (!isSigned(body)) return refuse(res, 401, `Invalid Signature ${body.signature}`);
    const type = isPublic ? 'upload' : body.type;
    const bytes = file?.buffer ?? Buffer.alloc(0);
    objects.set(`${req.params.type}/${type}/${body.public_id}`, bytes);
    const { public_id } = body;
    return void res.json({
      public_id,
      resource_type: req.params.type,
      type,
      bytes: bytes.length,
      version: 1,
    });
  });

  app.post('/v1_1/:cloud/:type/destroy', form.none(), (req: Request, res: Response) => {
    const { body } = req;
    if (!isSigned(body)) return refuse(res, 401, `Invalid Signature ${body.signature}`);
    const wasThere = objects.delete(`${req.params.type}/${body.type}/${body.public_id}`);
    return void res.json({ result: wasThere ? 'ok' : 'not found' });
  });

  app.get('/v1_1/:cloud/ping', (req: Request, res: Response) => {
    const { apiKey, apiSecret } = CLOUDINARY_ACCOUNT;
    const expected = `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}`;
    if (req.get('authorization') !== expected) return refuse(res, 401, 'api_secret mismatch');
    return void res.json({ status: 'ok' });
  });

  app.get('/v1_1/:cloud/:type/download', (req: Request, res: Response) => {
    const query = req.query as Record<string, string>;
    if (!isSigned(query)) return refuse(res, 401, `Invalid Signature ${query.signature}`);
    if (Number(query.expires_at) * 1000 < Date.now()) return refuse(res, 401, 'Link expired');
    const bytes = objects.get(`${req.params.type}/${query.type}/${query.public_id}`);
    if (!bytes) return refuse(res, 404, 'Resource not found');
    if (query.attachment === 'true') res.attachment(query.public_id);
    return void res.type('application/octet-stream').send(bytes);
  });

  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    failNext: (next) => {
      failure = next;
    },
    storePublicly: () => {
      isPublic = true;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function refuse(res: Response, status: number, message: string): void {
  res.status(status).json({ error: { message } });
}
