/** Files to upload, made when a test needs them, and the way to upload them as a client does. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { Answer, Person } from './client';
import { assertMatchesOpenapi } from './openapi';

export const FFMPEG = findFfmpeg();
/** Settings of a server that uses it; others are spared looking for it. */
export const WITH_FFMPEG = { FFMPEG_PATH: 'ffmpeg' };
/** For what only ffmpeg can tell; without one it is skipped, and said. */
export const describeWithFfmpeg = FFMPEG ? describe : describe.skip;

function findFfmpeg(): string | undefined {
  try {
    execFileSync('ffmpeg', ['-version'], { stdio: 'ignore' });
    return 'ffmpeg';
  } catch {
    console.warn('No ffmpeg found: durations, waveforms and posters are NOT tested');
    return undefined;
  }
}

/** Posts one file as a form does; the answer is held against the OpenAPI document. */
export async function upload(
  { url }: { url: string },
  { accessToken }: Pick<Person, 'accessToken'>,
  file: { bytes: Uint8Array | string; name: string; type?: string; field?: string; path?: string },
): Promise<Answer> {
  const { bytes, name, type = 'application/octet-stream', field = 'file', path: route = '/api/media' } = file;
  const form = new FormData();
  form.set(field, new Blob([typeof bytes === 'string' ? bytes : Uint8Array.from(bytes)], { type }), name);
  const response = await fetch(`${url}${route}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}` },
    body: form,
  });
  const body = JSON.parse(await response.text());
  assertMatchesOpenapi('POST', route, response.status, response.headers, body);
  return { status: response.status, headers: response.headers, body };
}

/** A picture in two colours. */
export function picture(width = 64, height = 48, format: 'png' | 'jpeg' | 'webp' | 'gif' = 'png') {
  const background = { r: 200, g: 30, b: 60 };
  return sharp({ create: { width, height, channels: 3, background } })
    .toFormat(format)
    .toBuffer();
}

/** A photograph as a phone takes it: turned by its EXIF, with the place it was taken at. */
export function photoWithPlace(width = 80, height = 40): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: { r: 10, g: 120, b: 30 } } })
    .jpeg()
    .withExif({
      IFD0: { Make: 'SecretCamera', Orientation: '6' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '12/1 58/1 17/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '77/1 35/1 40/1',
      },
    })
    .withMetadata({ orientation: 6 })
    .toBuffer();
}

/** What ffmpeg makes of these arguments, as bytes. */
async function made(args: string[], ending: string): Promise<Buffer> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'parley-made-'));
  try {
    const target = path.join(dir, `made.${ending}`);
    await promisify(execFile)('ffmpeg', ['-v', 'error', '-y', ...args, target]);
    return await readFile(target);
  } finally {
    await rm(dir, { recursive: true });
  }
}

/** Two seconds of film of 160 by 120 with a tone. */
export function film(): Promise<Buffer> {
  const inputs = [
    '-f',
    'lavfi',
    '-i',
    'testsrc=size=160x120:rate=10',
    '-f',
    'lavfi',
    '-i',
    'sine=frequency=440',
  ];
  return made([...inputs, '-t', '2', '-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-c:a', 'aac'], 'mp4');
}

/** A second and a half of a tone, as a browser records a voice note. */
export function voiceNote(): Promise<Buffer> {
  return made(['-f', 'lavfi', '-i', 'sine=frequency=300', '-t', '1.5', '-c:a', 'libopus'], 'webm');
}

/** The same as it comes from a browser's recorder, which cannot go back to write the length into the header. */
export async function endlessVoiceNote(): Promise<Buffer> {
  const args = ['-v', 'error', '-f', 'lavfi', '-i', 'sine=frequency=300', '-t', '1.5', '-c:a', 'libopus'];
  const run = promisify(execFile);
  const { stdout } = await run('ffmpeg', [...args, '-f', 'webm', '-live', '1', '-'], { encoding: 'buffer' });
  return stdout;
}

/** One track of an MP4 without film in it, made by hand so that it needs no ffmpeg: `ftyp`, `moov` and `mdat`. */
export function emptyMp4(): Buffer {
  return Buffer.concat([
    box('ftyp', Buffer.from('isom\0\0\x02\0isomiso2mp41', 'latin1')),
    box('moov', Buffer.alloc(16)),
    box('mdat', Buffer.alloc(4000)),
  ]);
}

function box(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(content.length + 8, 0);
  head.write(name, 4, 'latin1');
  return Buffer.concat([head, content]);
}

/** The bytes behind an address, followed to where they are. */
export async function fetchBytes(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  return {
    status: response.status,
    headers: response.headers,
    bytes: Buffer.from(await response.arrayBuffer()),
  };
}
