import { MAX_NAME_LENGTH, MAX_TEXT_LENGTH, MAX_URL_LENGTH } from '../config/limits';
import { invalidField } from '../errors/app-error';
import { ownFileId } from '../helpers/own-file';
import { isPlain } from '../helpers/plain-name';
import { wellFormed } from '../helpers/well-formed';
import {
  type LocationContent,
  MEDIA_TYPES,
  type MediaContent,
  type MediaType,
  type UserContent,
} from '../types/content';

const MAX_FILE_NAME_LENGTH = 255;
const OBJECT_ID = /^[0-9a-f]{24}$/i;

/**
 * Reads what a client sent as `content` (contract section 4): an object by type, or a bare string for a text. Unknown
 * fields are dropped, so that what is stored is what is documented.
 * @throws validation_failed naming the field.
 */
export function readContent(value: unknown): UserContent {
  if (typeof value === 'string') return { type: 'text', text: readText(value, 'content') };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidField('content', 'must be an object with a type, or a text');
  }
  const content = value as Record<string, unknown>;
  if (content.type === 'text') return { type: 'text', text: readText(content.text, 'content.text') };
  if (content.type === 'location') return readLocation(content);
  const mediaType = MEDIA_TYPES.find((type) => type === content.type);
  if (mediaType) return readOwnFile(mediaType, content) ?? readMedia(mediaType, content);
  throw invalidField('content.type', 'must be one of text, image, video, audio, document, location');
}

function readText(value: unknown, path: string): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw invalidField(path, 'must be a text that is not empty');
  if (value.length > MAX_TEXT_LENGTH)
    throw invalidField(path, `must have at most ${MAX_TEXT_LENGTH} characters`);
  return wellFormed(value);
}

function readLocation(content: Record<string, unknown>): LocationContent {
  const name = optionalName(content, MAX_NAME_LENGTH);
  return {
    type: 'location',
    latitude: readNumber(content, 'latitude', -90, 90),
    longitude: readNumber(content, 'longitude', -180, 180),
    ...(name !== undefined && { name }),
  };
}

/**
 * A file of this server's, named by its id or by the address it was handed out under; what else is said of it is looked up. Undefined for a
 * file elsewhere.
 */
function readOwnFile(type: MediaType, content: Record<string, unknown>): MediaContent | undefined {
  const url = content.url ?? undefined;
  const mediaId = url === undefined ? content.mediaId : ownFileId(url);
  if (mediaId === undefined || mediaId === null) return undefined;
  if (typeof mediaId !== 'string' || !OBJECT_ID.test(mediaId))
    throw invalidField('content.mediaId', 'must be the id of a file that you uploaded');
  const caption = readCaption(content);
  const name = optionalName(content, MAX_FILE_NAME_LENGTH);
  return {
    type,
    mediaId: mediaId.toLowerCase(),
    ...(caption !== undefined && { caption }),
    ...(name !== undefined && { name }),
  };
}

/** The caption of media, if it has one. @throws validation_failed when it is no text or too long. */
export function readCaption(content: Record<string, unknown>): string | undefined {
  return optionalText(content, 'caption', MAX_TEXT_LENGTH);
}

function readMedia(type: MediaType, content: Record<string, unknown>): MediaContent {
  const url = readUrl(content, 'url');
  if (url === undefined) throw invalidField('content.url', 'is required, or a mediaId');
  const media: MediaContent = { type, url };
  const thumbnailUrl = readUrl(content, 'thumbnailUrl');
  if (thumbnailUrl !== undefined) media.thumbnailUrl = thumbnailUrl;
  for (const [field, max] of [
    ['mediaId', 64],
    ['caption', MAX_TEXT_LENGTH],
    ['mimeType', 127],
  ] as const) {
    const text = optionalText(content, field, max);
    if (text !== undefined) media[field] = text;
  }
  const name = optionalName(content, MAX_FILE_NAME_LENGTH);
  if (name !== undefined) media.name = name;
  for (const field of ['size', 'durationMs', 'width', 'height'] as const) {
    if (content[field] !== undefined && content[field] !== null) {
      media[field] = readNumber(content, field, 0, Number.MAX_SAFE_INTEGER);
    }
  }
  return media;
}

function optionalText(content: Record<string, unknown>, field: string, max: number): string | undefined {
  const value = content[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value.length <= max) return wellFormed(value);
  throw invalidField(`content.${field}`, `must be a text of at most ${max} characters`);
}

/** A file or a place must not look like another one. */
function optionalName(content: Record<string, unknown>, max: number): string | undefined {
  const name = optionalText(content, 'name', max);
  if (name === undefined || isPlain(name)) return name;
  throw invalidField('content.name', 'must be one line without characters that turn the text around');
}

function readNumber(content: Record<string, unknown>, field: string, min: number, max: number): number {
  const value = content[field];
  if (typeof value === 'number' && value >= min && value <= max) return value;
  throw invalidField(`content.${field}`, `must be a number from ${min} to ${max}`);
}

function readUrl(content: Record<string, unknown>, field: string): string | undefined {
  const value = content[field];
  if (value === undefined || value === null) return undefined;
  if (
    typeof value === 'string' &&
    value.length <= MAX_URL_LENGTH &&
    /^https?:\/\/[^\s]+$/i.test(value) &&
    URL.canParse(value)
  ) {
    return value;
  }
  throw invalidField(`content.${field}`, 'must be an http or https URL');
}
