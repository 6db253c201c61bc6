/**
 * What a file is, by its content and never by its name or what its sender says of it (contract section 7).
 */
import { open } from 'node:fs/promises';
import path from 'node:path';
import { fileTypeFromFile } from 'file-type';
import { AppError } from '../errors/app-error';
import type { MediaType } from '../types/content';

export interface FileKind {
  kind: MediaType;
  mimeType: string;
}

const IMAGES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'];
const VIDEOS = ['video/mp4', 'video/webm', 'video/quicktime', 'video/3gpp', 'video/x-matroska'];
const AUDIOS = [
  ...['audio/mpeg', 'audio/mp4', 'audio/x-m4a', 'audio/aac', 'audio/ogg', 'audio/wav', 'audio/flac'],
  ...['audio/webm', 'audio/amr', 'audio/opus'],
];
/** What runs on somebody's machine when it is opened, whatever it is called. */
const PROGRAMS = [
  ...['application/x-msdownload', 'application/x-elf', 'application/x-mach-binary', 'application/x-msi'],
  ...['application/wasm', 'application/java-vm', 'application/x-dosexec', 'application/x-ms-shortcut'],
];
const CLAIMS: ReadonlyArray<[MediaType, RegExp]> = [
  ['image', /\.(?:jpe?g|png|gif|webp|avif|heic|bmp|tiff?)$/i],
  ['video', /\.(?:mp4|m4v|mov|webm|mkv|3gp|avi)$/i],
  ['audio', /\.(?:mp3|m4a|aac|ogg|oga|opus|wav|flac|amr)$/i],
];
const HEAD_BYTES = 4096;

/**
 * Tells what a file is. Videos in a container of sound only count as sound.
 * @throws unsupported_media_type for programs, for SVG, and when the name claims a picture, video or sound that it is not.
 */
export async function identifyFile(file: string, name: string): Promise<FileKind> {
  const head = await readHead(file);
  if (isProgram(head)) throw unsupported('Programs are not accepted');
  const found = await detect(file);
  const mimeType = found === undefined || found.endsWith('/xml') ? textType(head) : found;
  if (PROGRAMS.includes(mimeType)) throw unsupported('Programs are not accepted');
  if (mimeType === 'image/svg+xml')
    throw unsupported('SVG pictures are not accepted, they can hold programs');
  const kind = kindOf(mimeType);
  const claimed = CLAIMS.find(([, ending]) => ending.test(path.basename(name)))?.[0];
  if (claimed !== undefined && !agrees(claimed, kind)) {
    throw unsupported(`The file is called ${path.extname(name)}, but that is not what it holds`);
  }
  return { kind, mimeType };
}

function unsupported(detail: string): AppError {
  return new AppError('unsupported_media_type', detail);
}

async function detect(file: string): Promise<string | undefined> {
  try {
    return (await fileTypeFromFile(file))?.mime;
  } catch {
    // Cut off within its own header: it is nothing that could be shown.
    return undefined;
  }
}

async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function isProgram(head: Buffer): boolean {
  const magic = head.subarray(0, 4).toString('latin1');
  return magic.startsWith('MZ') || magic === '\x7fELF' || magic.startsWith('#!');
}

/** What has no signature: text, or bytes that nobody knows. */
function textType(head: Buffer): string {
  const text = head.toString('utf8');
  if (/<svg[\s>]/i.test(text)) return 'image/svg+xml';
  if (/<(?:!doctype html|html|head|body|script)[\s>]/i.test(text)) return 'text/html';
  return head.includes(0) || text.includes('\ufffd\ufffd') ? 'application/octet-stream' : 'text/plain';
}

function kindOf(mimeType: string): MediaType {
  const plain = mimeType.split(';')[0] ?? '';
  if (IMAGES.includes(plain)) return 'image';
  if (VIDEOS.includes(plain)) return 'video';
  return AUDIOS.includes(plain) ? 'audio' : 'document';
}

/** A container says video also of a voice note, so that these two are told apart later. HEIC and the like stay documents. */
function agrees(claimed: MediaType, kind: MediaType): boolean {
  if (claimed === 'video' || claimed === 'audio') return kind === 'video' || kind === 'audio';
  return kind === 'image';
}
