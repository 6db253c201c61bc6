import type { Request, RequestHandler, Response } from 'express';
import { unauthenticated } from '../errors/app-error';
import { validated } from '../helpers/validation';
import { actorOf } from '../middlewares/authenticate';
import { uploadOf } from '../middlewares/upload-of';
import { presentMedia } from '../presenters/media.presenter';
import type { MediaPart, MediaService } from '../services/media.service';
import type { MediaSigner } from '../services/media-library.types';
import type { MediaVerifier } from '../services/media-signer';
import { sendMedia } from './send-media';

interface BytesQuery {
  id: string;
  expires?: string;
  signature?: string;
}

/** Files of messages, stories and profiles (contract section 7). */
export function createMediaController(deps: {
  media: MediaService;
  signer: MediaSigner & MediaVerifier;
  authenticate: RequestHandler;
}) {
  const { media, signer, authenticate } = deps;

  /** By a good address anybody, for as long as it is good; else who is signed in and may see it. Answers how many seconds that holds. */
  async function assertMayHave(req: Request, res: Response, id: string, part: MediaPart): Promise<number> {
    const { expires, signature } = validated<BytesQuery>(req);
    if (signature !== undefined && expires !== undefined) {
      if (signer.isGood(id, part, expires, signature)) return signer.secondsLeft(expires);
      throw unauthenticated('This address is over or was not made by this server');
    }
    await authenticate(req, res, () => undefined);
    await media.get(actorOf(req).userId, id);
    return 0;
  }

  const bytes =
    (part: MediaPart): RequestHandler =>
    async (req, res) => {
      const id = validated<BytesQuery>(req).id.toLowerCase();
      const maxAgeSeconds = await assertMayHave(req, res, id, part);
      const found = await media.locate(id, part);
      await sendMedia(req, res, { part, maxAgeSeconds, ...found });
    };

  return {
    async upload(req, res) {
      const stored = await media.upload(actorOf(req).userId, uploadOf(req));
      res.status(201).json({ media: presentMedia(stored, signer) });
    },

    async get(req, res) {
      const { id } = validated<{ id: string }>(req);
      res.json({ media: presentMedia(await media.get(actorOf(req).userId, id.toLowerCase()), signer) });
    },

    async remove(req, res) {
      const { id } = validated<{ id: string }>(req);
      await media.remove(actorOf(req).userId, id.toLowerCase());
      res.json({ ok: true });
    },

    file: bytes('file'),
    thumbnail: bytes('thumbnail'),
  } satisfies Record<string, RequestHandler>;
}

export type MediaController = ReturnType<typeof createMediaController>;
