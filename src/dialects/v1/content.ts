import { AppError, invalidField } from '../../errors/app-error';
import { MEDIA_TYPES } from '../../types/content';

/** The addresses of this dialect's own, as a client may build them from an upload's `name`. */
const OWN_FILE = /^(?:https?:\/\/[^/]+)?\/api\/v1\/media\/(?:files|thumbnails)\/([0-9a-f]{24})(?:\.\w+)?$/i;
const PLACE = /^\s*(-?\d{1,3}(?:\.\d{1,20})?)\s*,\s*(-?\d{1,3}(?:\.\d{1,20})?)\s*$/;

export interface V1Content {
  type: string;
  content: string;
  mediaId?: string | null;
}

/**
 * What `message:send` carries, as the services read it: media by `mediaId` with `content` as caption, or by an address as `content`;
 * a place as `lat,lng`. What is wrong beyond that the services say.
 * @throws validation_failed
 */
export function toNativeContent({ type, content, mediaId }: V1Content): unknown {
  if (type === 'text') return { type, text: content };
  if (type === 'location') return toPlace(content);
  if (!MEDIA_TYPES.some((media) => media === type))
    throw invalidField('type', `must be one of text, ${MEDIA_TYPES.join(', ')}, location`);
  if (typeof mediaId === 'string') return { type, mediaId, ...(content !== '' && { caption: content }) };
  const own = OWN_FILE.exec(content)?.[1];
  return own === undefined ? { type, url: content } : { type, mediaId: own };
}

function toPlace(content: string): unknown {
  const [, latitude, longitude] = PLACE.exec(content) ?? [];
  if (latitude === undefined || longitude === undefined)
    throw invalidField('content', 'must be a place as "latitude,longitude"');
  return { type: 'location', latitude: Number(latitude), longitude: Number(longitude) };
}

const FIELDS: Readonly<Record<string, string>> = {
  chatId: 'conversationId',
  'content.text': 'content',
  'content.url': 'content',
  'content.caption': 'content',
  'content.latitude': 'content',
  'content.longitude': 'content',
  'content.mediaId': 'mediaId',
  tempId: 'clientMessageId',
  replyTo: 'replyToId',
};

/** Names a refusal's fields as this dialect does, so that a client finds what it sent. */
export function inV1Words(error: unknown): unknown {
  const [first] = error instanceof AppError ? (error.errors ?? []) : [];
  const path = first && FIELDS[first.path];
  return path === undefined || first === undefined ? error : invalidField(path, first.message);
}
