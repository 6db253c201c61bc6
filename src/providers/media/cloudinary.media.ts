import http from 'node:http';
import https from 'node:https';
import { v2 as cloudinary, type UploadApiErrorResponse, type UploadApiResponse } from 'cloudinary';
import type { MediaProviderConfig } from '../../config/media-config';
import { unavailable } from '../../errors/app-error';
import type { MediaType } from '../../types/content';
import type { MediaStore } from './media.port';

type CloudinaryConfig = Extract<MediaProviderConfig, { provider: 'cloudinary' }>;
type ResourceType = 'image' | 'video' | 'raw';

const FOLDER = 'parley';
const TIMEOUT_MS = 60_000;
const URL_TTL_SECONDS = 300;

/**
 * Keeps media with Cloudinary as `authenticated` resources: nobody gets them without a signature. The type of a resource is no part
 * of an upload's signature, so what was stored is checked before anything may refer to it; delivery is by signed addresses
 * that end after five minutes.
 */
export function createCloudinaryMediaStore(config: CloudinaryConfig): MediaStore {
  const account = {
    cloud_name: config.cloudName,
    api_key: config.apiKey,
    api_secret: config.apiSecret,
    upload_prefix: config.apiUrl,
    agent: config.apiUrl.startsWith('http:') ? new http.Agent() : new https.Agent({ keepAlive: true }),
    timeout: TIMEOUT_MS,
  };

  async function destroy(key: string, type: ResourceType): Promise<void> {
    const answer = await cloudinary.uploader.destroy(publicId(key), {
      ...account,
      resource_type: type,
      type: 'authenticated',
      invalidate: true,
    });
    if (!['ok', 'not found'].includes(answer.result)) throw new Error(`destroy answered ${answer.result}`);
  }

  return {
    name: 'cloudinary',

    async put(key, file) {
      const type = resourceType(file.kind);
      const stored = await asUnavailable(
        cloudinary.uploader.upload(file.path, {
          ...account,
          public_id: publicId(key),
          resource_type: type,
          type: 'authenticated',
          overwrite: false,
          unique_filename: false,
        }),
      );
      if (isAsAsked(stored, publicId(key), type, file.size)) return;
      await asUnavailable(destroy(key, type));
      throw unavailable('The file was not stored as it was sent', 5);
    },

    async locate({ key, kind, mimeType, isAttachment }) {
      return {
        redirect: cloudinary.utils.private_download_url(publicId(key), formatOf(kind, mimeType), {
          ...account,
          resource_type: resourceType(kind),
          type: 'authenticated',
          attachment: isAttachment,
          expires_at: Math.floor(Date.now() / 1000) + URL_TTL_SECONDS,
        }),
      };
    },

    remove: (key, kind) => asUnavailable(destroy(key, resourceType(kind))),
  };
}

function publicId(key: string): string {
  return `${FOLDER}/${key}`;
}

/** Sound is a video to Cloudinary. */
function resourceType(kind: MediaType): ResourceType {
  if (kind === 'document') return 'raw';
  return kind === 'image' ? 'image' : 'video';
}

function isAsAsked(stored: UploadApiResponse, id: string, type: ResourceType, size: number): boolean {
  const { public_id, resource_type, type: delivery, bytes } = stored;
  return public_id === id && resource_type === type && String(delivery) === 'authenticated' && bytes === size;
}

/** The ending by which Cloudinary knows a format; raw files have none. */
function formatOf(kind: MediaType, mimeType: string): string {
  if (kind === 'document') return '';
  const subtype = mimeType.split('/')[1] ?? '';
  return FORMATS[subtype] ?? subtype;
}

const FORMATS: Readonly<Record<string, string>> = {
  jpeg: 'jpg',
  mpeg: 'mp3',
  quicktime: 'mov',
  'x-m4a': 'm4a',
};

async function asUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    const { message } = cause as Partial<UploadApiErrorResponse>;
    throw unavailable(
      'The store of files does not answer',
      5,
      cause instanceof Error ? cause : new Error(message),
    );
  }
}
