/**
 * Owns uploaded files: a row in `media` for each, its bytes with the store. A row is `pending` until its bytes are safe, so a crash
 * leaves rows that the clean-up finds, never bytes that nothing knows.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { MediaConfig } from '../config/media-config';
import { AppError, notFound } from '../errors/app-error';
import { replaceFile, sizeOf } from '../helpers/files';
import type { Ffmpeg } from '../media/ffmpeg';
import { type Ingested, ingestFile, leftOversOf, thumbnailOf } from '../media/ingest';
import { makeAvatar } from '../media/picture';
import type { WorkQueue } from '../media/work-queue';
import { MediaModel, type MediaRecord } from '../models/media.model';
import { newObjectId, toObjectId } from '../models/object-id';
import type { MediaLocation, MediaStore } from '../providers/media/media.port';
import type { Clock } from '../types/clock';
import type { Upload } from '../types/upload';
import { UNUSED_AFTER_MS } from './media-library';
import type { MediaUse } from './media-library.types';

export type MediaPart = 'file' | 'thumbnail';

export interface MediaService {
  /**
   * Takes an upload in; nothing refers to it yet, and if nothing does for a day it goes again.
   * @throws unsupported_media_type, payload_too_large (also over the quota), validation_failed, unavailable
   */
  upload(ownerId: string, upload: Upload): Promise<MediaRecord>;
  /** The same for a profile picture: cut to a square. @throws as `upload`; unsupported_media_type for what is no picture. */
  uploadAvatar(ownerId: string, upload: Upload): Promise<MediaRecord>;
  /** A file that the user may see. @throws not_found */
  get(userId: string, mediaId: string): Promise<MediaRecord>;
  /** Where the bytes of a ready file are; whether the caller may have them was decided before. @throws not_found */
  locate(mediaId: string, part: MediaPart): Promise<{ media: MediaRecord; location: MediaLocation }>;
  /** Removes a file of one's own that nothing refers to. @throws not_found, conflict */
  remove(ownerId: string, mediaId: string): Promise<void>;
}

export function createMediaService(deps: {
  config: MediaConfig;
  store: MediaStore;
  ffmpeg: () => Ffmpeg | undefined;
  inTurn: WorkQueue;
  uses: readonly MediaUse[];
  clock: Clock;
}): MediaService {
  const { config, store, ffmpeg, inTurn, uses, clock } = deps;

  /** Counts the upload against the quota before anything is done with it, so that many at once cannot pass together. */
  async function reserve(ownerId: string, upload: Upload): Promise<MediaRecord> {
    const now = clock.now();
    const row: MediaRecord = {
      _id: newObjectId(),
      ownerId: toObjectId(ownerId),
      kind: 'document',
      state: 'pending',
      storageKey: randomBytes(20).toString('hex'),
      name: upload.name,
      size: upload.size,
      mimeType: 'application/octet-stream',
      reconsiderAt: new Date(now.getTime() + UNUSED_AFTER_MS),
      createdAt: now,
    };
    await MediaModel.collection.insertOne(row);
    if ((await usedBytes(ownerId)) <= config.quotaBytes) return row;
    await MediaModel.deleteOne({ _id: row._id });
    throw new AppError('payload_too_large', 'Your files take all the room you have; delete some first');
  }

  async function keep(row: MediaRecord, file: string, found: Ingested): Promise<MediaRecord> {
    const { hasThumbnail, ...facts } = found;
    await store.put(row.storageKey, { path: file, ...found });
    const ready: Partial<MediaRecord> = { ...facts, state: 'ready' };
    if (hasThumbnail) {
      ready.thumbnailKey = `${row.storageKey}-t`;
      const thumbnail = { path: thumbnailOf(file), kind: 'image', mimeType: 'image/webp', size: 0 } as const;
      await store.put(ready.thumbnailKey, { ...thumbnail, size: await sizeOf(thumbnail.path) });
    }
    await MediaModel.updateOne({ _id: row._id }, { $set: ready });
    return { ...row, ...ready };
  }

  async function take(
    ownerId: string,
    upload: Upload,
    prepare: () => Promise<Ingested>,
  ): Promise<MediaRecord> {
    try {
      const row = await reserve(ownerId, upload);
      return await keepOrDiscard(row, upload.path, prepare);
    } finally {
      for (const file of leftOversOf(upload.path)) await rm(file, { force: true });
    }
  }

  async function keepOrDiscard(
    row: MediaRecord,
    file: string,
    prepare: () => Promise<Ingested>,
  ): Promise<MediaRecord> {
    try {
      return await keep(row, file, await inTurn(prepare));
    } catch (error) {
      await discard(row);
      throw error;
    }
  }

  /** What cannot be removed now is found by the clean-up, which goes by the row. */
  async function discard({ _id, storageKey, kind }: MediaRecord): Promise<void> {
    try {
      await store.remove(storageKey, kind);
      await store.remove(`${storageKey}-t`, 'image');
      await MediaModel.deleteOne({ _id });
    } catch {
      await MediaModel.updateOne({ _id }, { $set: { reconsiderAt: clock.now() } }).catch(() => undefined);
    }
  }

  async function find(mediaId: string): Promise<MediaRecord> {
    const media = await MediaModel.findOne({ _id: mediaId, state: 'ready' }).lean();
    if (!media) throw notFound('The file');
    return media;
  }

  async function maySee(userId: string, media: MediaRecord): Promise<boolean> {
    if (String(media.ownerId) === userId) return true;
    const id = String(media._id);
    for (const use of uses) if (await use.canSee(userId, id)) return true;
    return false;
  }

  return {
    upload: (ownerId, upload) =>
      take(ownerId, upload, () =>
        ingestFile(upload.path, upload.name, { ffmpeg: ffmpeg(), maxBytes: config.maxBytes }),
      ),

    uploadAvatar: (ownerId, upload) =>
      take(ownerId, upload, async () => {
        const { kind } = await ingestFile(upload.path, upload.name, {
          ffmpeg: undefined,
          maxBytes: config.maxBytes,
        });
        if (kind !== 'image')
          throw new AppError('unsupported_media_type', 'A profile picture must be a picture');
        const square = `${upload.path}.clean`;
        await makeAvatar(upload.path, square);
        await replaceFile(square, upload.path);
        const size = await sizeOf(upload.path);
        return { kind, mimeType: 'image/webp', size, width: 512, height: 512, hasThumbnail: true };
      }),

    async get(userId, mediaId) {
      const media = await find(mediaId);
      if (!(await maySee(userId, media))) throw notFound('The file');
      return media;
    },

    async locate(mediaId, part) {
      const media = await find(mediaId);
      const key = part === 'file' ? media.storageKey : media.thumbnailKey;
      if (key === undefined) throw notFound('The thumbnail');
      const [kind, mimeType] =
        part === 'file' ? [media.kind, media.mimeType] : (['image', 'image/webp'] as const);
      const isAttachment = part === 'file' && media.kind === 'document';
      return { media, location: await store.locate({ key, kind, mimeType, isAttachment }) };
    },

    async remove(ownerId, mediaId) {
      const media = await find(mediaId);
      if (String(media.ownerId) !== ownerId) throw notFound('The file');
      const found = await Promise.all(uses.map((use) => use.inUse([mediaId])));
      if (found.some((used) => used.size > 0))
        throw new AppError('conflict', 'A message, a story or a profile shows this file');
      await discard(media);
    },
  };
}

async function usedBytes(ownerId: string): Promise<number> {
  const [sum] = await MediaModel.collection
    .aggregate<{ bytes: number }>([
      { $match: { ownerId: toObjectId(ownerId) } },
      { $group: { _id: null, bytes: { $sum: '$size' } } },
    ])
    .toArray();
  return sum?.bytes ?? 0;
}
