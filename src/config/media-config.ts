import path from 'node:path';
import type { MediaType } from '../types/content';
import type { EnvReader } from './env-reader';

const MB = 1024 * 1024;

export type MediaProviderConfig =
  | { provider: 'disk' }
  | {
      provider: 'cloudinary';
      cloudName: string;
      apiKey: string;
      apiSecret: string;
      /** Where its API is; another one for a region of theirs. */
      apiUrl: string;
    };

export interface MediaConfig {
  store: MediaProviderConfig;
  /** Absolute path of the folder for uploads under way and, with the disk provider, for the files. */
  dir: string;
  /** Largest file of each kind, in bytes. */
  maxBytes: Record<MediaType, number>;
  /** All files of one user together, in bytes. */
  quotaBytes: number;
  /** How long an address that is handed out is good at least. */
  urlTtlSeconds: number;
  /** Folder or name under which ffmpeg is looked for; its ffprobe lies beside it. */
  ffmpeg: string;
}

/** Reads the settings of media (`.env.example` explains them). */
export function readMediaConfig(env: EnvReader, dataDir: string): MediaConfig {
  const megabytes = (name: string, fallback: number) =>
    env.integer(name, fallback, { min: 1, max: 1_000_000 }) * MB;
  return {
    store: readStore(env),
    dir: path.join(dataDir, 'media'),
    maxBytes: {
      image: megabytes('MEDIA_MAX_IMAGE_MB', 16),
      video: megabytes('MEDIA_MAX_VIDEO_MB', 64),
      audio: megabytes('MEDIA_MAX_AUDIO_MB', 16),
      document: megabytes('MEDIA_MAX_DOCUMENT_MB', 100),
    },
    quotaBytes: megabytes('MEDIA_QUOTA_MB', 5120),
    urlTtlSeconds: env.integer('MEDIA_URL_TTL_SECONDS', 3600, { min: 60, max: 604_800 }),
    ffmpeg: env.text('FFMPEG_PATH', 'ffmpeg'),
  };
}

function readStore(env: EnvReader): MediaProviderConfig {
  const provider = env.oneOf('MEDIA_PROVIDER', 'disk', ['disk', 'cloudinary']);
  if (provider === 'disk') return { provider };
  const why = 'with MEDIA_PROVIDER=cloudinary';
  return {
    provider,
    cloudName: env.required('CLOUDINARY_CLOUD_NAME', true, why) ?? '',
    apiKey: env.required('CLOUDINARY_API_KEY', true, why) ?? '',
    apiSecret: env.required('CLOUDINARY_API_SECRET', true, why) ?? '',
    apiUrl: env.text('CLOUDINARY_API_URL', 'https://api.cloudinary.com'),
  };
}
