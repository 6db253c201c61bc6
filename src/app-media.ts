import path from 'node:path';
import type { RequestHandler } from 'express';
import type { Config } from './config/env';
import type { Logger } from './config/logger';
import { createMediaController } from './controllers/media.controller';
import type { EventBus } from './events/event-bus';
import { createMediaRemoval } from './jobs/remove-media';
import { type Ffmpeg, findFfmpeg } from './media/ffmpeg';
import { createWorkQueue } from './media/work-queue';
import { createUpload, sweepUploads } from './middlewares/upload';
import type { NodeLease } from './nodes/node-lease';
import { createMediaStore } from './providers/media';
import { createMediaRouter } from './routes/media.routes';
import { createAvatarService } from './services/avatar.service';
import { createMediaService } from './services/media.service';
import { createMediaLibrary } from './services/media-library';
import type { MediaUse } from './services/media-library.types';
import { createMediaSigner } from './services/media-signer';
import { avatarMediaUse, createMessageMediaUse, groupPictureMediaUse } from './services/media-uses';
import type { Clock } from './types/clock';

/** Pictures and recordings are worked on two at a time; the rest stands in line. */
const AT_ONCE = 2;
const WAITING = 50;

export type MediaGround = ReturnType<typeof createMediaGround>;

/** Everything about uploaded files: what the other parts ask of them, their routes, and the jobs behind. */
export function createMediaGround(deps: {
  config: Config;
  clock: Clock;
  logger: Logger;
  bus: EventBus;
  secret: Buffer;
  node: NodeLease;
}) {
  const { clock, logger, bus, secret, node } = deps;
  const { media: config, publicUrl } = deps.config;
  const uploadsDir = path.join(config.dir, 'uploads');
  const store = createMediaStore(config);
  const uses: MediaUse[] = [createMessageMediaUse({ clock }), avatarMediaUse, groupPictureMediaUse];
  const library = createMediaLibrary({ clock });
  let origin = publicUrl ?? localOrigin(deps.config.port);
  const signer = createMediaSigner({
    secret,
    ttlSeconds: config.urlTtlSeconds,
    origin: () => origin,
    clock,
  });
  const removal = createMediaRemoval({ store, uses, clock, logger, isMine: node.isFirst });
  let ffmpeg: Ffmpeg | undefined;
  const media = createMediaService({
    config,
    store,
    ffmpeg: () => ffmpeg,
    inTurn: createWorkQueue({ atOnce: AT_ONCE, waiting: WAITING }),
    uses,
    clock,
  });

  return {
    media,
    library,
    signer,
    removal,
    avatars: createAvatarService({ media, library, bus }),
    upload: createUpload({ dir: uploadsDir, maxBytes: Math.max(...Object.values(config.maxBytes)) }),

    /** Without ffmpeg everything works but what only it can tell; an operator should know. */
    health: async () =>
      ffmpeg
        ? { ok: true }
        : { ok: true, detail: 'not installed: sound and video have no duration, waveform and poster' },

    /** Lets another part of the product refer to media: it is then asked who may see them and what is in use. */
    addUse: (use: MediaUse) => {
      uses.push(use);
    },

    async start() {
      await sweepUploads(uploadsDir);
      ffmpeg = await findFfmpeg(config.ffmpeg);
      if (!ffmpeg) logger.warn('ffmpeg is not there: sound and video have no duration, waveform and poster');
      removal.start();
    },

    /** Without a PUBLIC_URL, addresses lead to this port of this machine. */
    listensOn(port: number) {
      origin = publicUrl ?? localOrigin(port);
    },

    stop: () => removal.stop(),
  };
}

function localOrigin(port: number): string {
  return `http://localhost:${port}`;
}

/** The routes of `/api/media`. */
export function createMediaRoutes({ media, signer, upload }: MediaGround, authenticate: RequestHandler) {
  const mediaController = createMediaController({ media, signer, authenticate });
  return createMediaRouter({ mediaController, authenticate, upload });
}
