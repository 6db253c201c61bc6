import path from 'node:path';
import type { RequestHandler } from 'express';
import { sendMedia } from '../../controllers/send-media';
import { validated } from '../../helpers/validation';
import { actorOf } from '../../middlewares/authenticate';
import { uploadOf } from '../../middlewares/upload-of';
import { type MediaView, presentMedia } from '../../presenters/media.presenter';
import type { MediaPart } from '../../services/media.service';
import type { DialectGround } from '../dialect.port';

const ENDING = /^\.\w{1,16}$/;

/** `/api/v1/media`: files by their names, with a token; the addresses of an upload need none for a while. */
export function createV1MediaController({ media, signer }: DialectGround) {
  const bytes =
    (part: MediaPart): RequestHandler =>
    async (req, res) => {
      const id = validated<{ name: string }>(req).name.slice(0, 24).toLowerCase();
      await media.get(actorOf(req).userId, id);
      await sendMedia(req, res, { part, maxAgeSeconds: 0, ...(await media.locate(id, part)) });
    };

  return {
    async upload(req, res) {
      const stored = await media.upload(actorOf(req).userId, uploadOf(req));
      res.status(201).json(presentV1Media(presentMedia(stored, signer)));
    },

    file: bytes('file'),
    thumbnail: bytes('thumbnail'),
  } satisfies Record<string, RequestHandler>;
}

/** The `name` is what `GET media/files/:name` takes, so it is the server's and stands for one file only. */
function presentV1Media({ id, name, url, thumbnailUrl, mimeType, size }: MediaView) {
  const ending = path.extname(name).toLowerCase();
  return { id, name: `${id}${ENDING.test(ending) ? ending : ''}`, url, thumbnailUrl, mimeType, size };
}
