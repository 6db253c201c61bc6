/** How bytes are served, and what hostile uploads meet. */
import { readdir } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { MediaModel } from '../../src/models/media.model';
import type { Person } from '../support/client';
import { startWorld, type World } from '../support/native-world';
import {
  describeWithFfmpeg,
  emptyMp4,
  endlessVoiceNote,
  fetchBytes,
  film,
  picture,
  upload,
  voiceNote,
  WITH_FFMPEG,
} from '../support/uploads';

let world: World;
let alice: Person;

beforeAll(async () => {
  world = await startWorld({
    ...WITH_FFMPEG,
    MEDIA_MAX_DOCUMENT_MB: '1',
    MEDIA_MAX_IMAGE_MB: '1',
    MEDIA_MAX_VIDEO_MB: '2',
  });
  alice = await world.person('Alice');
});
afterAll(() => world.stop());

const send = (bytes: Uint8Array | string, name: string, type?: string) =>
  upload(world.app, alice, { bytes, name, type });

async function left() {
  const { dir } = world.app.config.media;
  const all = await readdir(dir, { recursive: true, withFileTypes: true });
  return [all.filter((entry) => entry.isFile()).length, await MediaModel.countDocuments({})];
}

describe('bytes', () => {
  it('come as documents to be saved, under their own name, whatever is in them', async () => {
    const page = '<!doctype html><script>alert(1)</script>';
    const { status, body } = await send(page, 'Übersicht "1".html', 'text/html');
    expect([status, body.media.kind]).toEqual([201, 'document']);
    const { headers, bytes } = await fetchBytes(body.media.url);
    expect(bytes.toString()).toBe(page);
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toMatch(
      /^attachment; filename=.*filename\*=UTF-8''%C3%9Cbersicht/,
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain('sandbox');
    expect(headers.get('cache-control')).toContain('private');
  });

  it('come in the ranges that are asked for', async () => {
    const text = 'abcdefghij'.repeat(100);
    const { url } = (await send(text, 'ten.txt')).body.media;
    const some = await fetchBytes(url, { range: 'bytes=10-14' });
    expect([some.status, some.bytes.toString(), some.headers.get('content-range')]).toEqual([
      206,
      'abcde',
      'bytes 10-14/1000',
    ]);
    expect((await fetchBytes(url, { range: 'bytes=-3' })).bytes.toString()).toBe('hij');
    expect((await fetchBytes(url, { range: 'bytes=2000-' })).status).toBe(416);
    const etag = some.headers.get('etag') ?? '';
    expect(await statusOf(url, { 'if-none-match': etag })).toBe(304);
  });

  it('of a file that has no small picture say so', async () => {
    const { id, thumbnailUrl } = (await send('text', 'a.txt')).body.media;
    expect(thumbnailUrl).toBeNull();
    const answer = await alice.api('GET', `/api/media/${id}/thumbnail`);
    expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
  });

  it('do not use up what requests may', async () => {
    const { headers } = await fetchBytes((await send('text', 'a.txt')).body.media.url);
    const own = Number(headers.get('ratelimit-limit'));
    const api = await alice.api('GET', '/api/users/profile');
    expect(own).toBe(20 * Number(api.headers.get('ratelimit-limit')));
  });
});

describe('an upload that is not what it should be', () => {
  const EXE = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(500)]);
  const SVG = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

  it.each<[string, () => Promise<Uint8Array | string> | Uint8Array | string, string, number, string]>([
    ['a program called a picture', () => EXE, 'cat.png', 415, 'unsupported_media_type'],
    ['a program', () => EXE, 'setup.exe', 415, 'unsupported_media_type'],
    ['a script of a shell', () => '#!/bin/sh\nrm -rf /', 'run.txt', 415, 'unsupported_media_type'],
    ['an SVG with a script', () => SVG, 'logo.svg', 415, 'unsupported_media_type'],
    ['an SVG called a picture', () => SVG, 'logo.png', 415, 'unsupported_media_type'],
    ['a page called a picture', () => '<html><script>1</script>', 'a.jpg', 415, 'unsupported_media_type'],
    ['nothing', () => '', 'empty.png', 400, 'validation_failed'],
    [
      'a picture that is cut off',
      async () => (await picture(400, 400, 'jpeg')).subarray(0, 900),
      'cut.jpg',
      400,
      'validation_failed',
    ],
    ['a picture of 100 megapixels', bigPicture, 'big.png', 413, 'payload_too_large'],
    ['a picture that unpacks to gigabytes', hugeHeader, 'bomb.png', 413, 'payload_too_large'],
    ['a film that is cut off', () => emptyMp4().subarray(0, 1000), 'cut.mp4', 400, 'validation_failed'],
    ['a document that is too large', () => Buffer.alloc(1_100_000, 'a'), 'a.txt', 413, 'payload_too_large'],
    ['a file above every limit', () => Buffer.alloc(17_000_000, 'a'), 'a.txt', 413, 'payload_too_large'],
  ])('gets a clear error and leaves nothing: %s', async (_what, make, name, status, code) => {
    const before = await left();
    const answer = await send(await make(), name);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.detail.length).toBeGreaterThan(10);
    expect(await left()).toEqual(before);
  });

  it('keeps an archive as it is, without unpacking it', async () => {
    const bomb = zipOf('bomb.txt', Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    const { status, body } = await send(bomb, 'bomb.zip');
    expect([status, body.media.kind, body.media.size]).toEqual([201, 'document', bomb.length]);
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\windows\\system.ini', 'system.ini'],
    ['..', 'file'],
    ['a\u202Egnp.exe', 'file'],
  ])('takes of the name %j the name only', async (given, kept) => {
    expect((await send('text', given)).body.media.name).toBe(kept);
  });

  it('is refused before it is read when it says that it has 10 GB', async () => {
    const before = await left();
    const answer = await raw({
      'content-length': String(10 * 1024 ** 3),
      'content-type': 'multipart/form-data; boundary=x',
    });
    expect(answer.status).toBe(413);
    expect(JSON.parse(answer.body).code).toBe('payload_too_large');
    expect(await left()).toEqual(before);
  });

  it.each<[string, Record<string, string>, string, number]>([
    ['JSON', { 'content-type': 'application/json' }, '{"file":"x"}', 415],
    ['a form without a boundary', { 'content-type': 'multipart/form-data' }, 'x', 400],
    [
      'a form without a file',
      { 'content-type': 'multipart/form-data; boundary=x' },
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
      400,
    ],
    [
      'a form that breaks off',
      { 'content-type': 'multipart/form-data; boundary=x' },
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
      400,
    ],
    [
      'another field',
      { 'content-type': 'multipart/form-data; boundary=x' },
      '--x\r\nContent-Disposition: form-data; name="other"; filename="a"\r\n\r\nabc\r\n--x--\r\n',
      400,
    ],
  ])('is refused when it is %s', async (_what, headers, body, status) => {
    const before = await left();
    const answer = await raw({ ...headers, 'content-length': String(Buffer.byteLength(body)) }, body);
    expect(answer.status).toBe(status);
    expect(await left()).toEqual(before);
  });

  it('is forgotten when its sender hangs up in the middle', async () => {
    const before = await left();
    const { hostname, port } = new URL(world.app.url);
    const headers = {
      authorization: `Bearer ${alice.accessToken}`,
      'content-type': 'multipart/form-data; boundary=x',
      'content-length': '500000',
    };
    const request = http.request({ hostname, port, method: 'POST', path: '/api/media', headers });
    request.on('error', () => undefined);
    request.write(
      `--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${'a'.repeat(200_000)}`,
    );
    const uploads = path.join(world.app.config.media.dir, 'uploads');
    while ((await readdir(uploads)).length === 0);
    request.destroy();
    while ((await readdir(uploads)).length > 0);
    expect(await left()).toEqual(before);
  });

  it('needs a sign-in before anything is read', async () => {
    const answer = await upload(world.app, { accessToken: 'nonsense' }, { bytes: 'text', name: 'a.txt' });
    expect([answer.status, answer.body.code]).toEqual([401, 'unauthenticated']);
  });

  function raw(headers: Record<string, string>, body?: string): Promise<{ status: number; body: string }> {
    const { hostname, port } = new URL(world.app.url);
    return new Promise((resolve, reject) => {
      const all = { authorization: `Bearer ${alice.accessToken}`, ...headers };
      const request = http.request(
        { hostname, port, method: 'POST', path: '/api/media', headers: all },
        (response) => {
          let text = '';
          response.on('data', (data) => {
            text += data;
          });
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, body: text });
            request.destroy();
          });
        },
      );
      request.on('error', reject);
      if (body === undefined) request.flushHeaders();
      else request.end(body);
    });
  }
});

describeWithFfmpeg('with ffmpeg', () => {
  it('a film is measured and has a small picture', async () => {
    const { status, body } = await send(await film(), 'clip.mp4');
    expect(status).toBe(201);
    expect(body.media).toMatchObject({ kind: 'video', mimeType: 'video/mp4', width: 160, height: 120 });
    expect(Math.abs(body.media.durationMs - 2000)).toBeLessThan(200);
    const small = await fetchBytes(body.media.thumbnailUrl);
    expect(await sharp(small.bytes).metadata()).toMatchObject({ format: 'webp', width: 160 });
    expect((await fetchBytes(body.media.url)).headers.get('content-type')).toBe('video/mp4');
  });

  it('a voice note has its length and how loud it is, and is sound although its container is a film’s', async () => {
    const { body } = await send(await voiceNote(), 'voice.webm');
    expect(body.media).toMatchObject({ kind: 'audio', mimeType: 'audio/webm', thumbnailUrl: null });
    expect(Math.abs(body.media.durationMs - 1500)).toBeLessThan(200);
    expect(body.media.waveform).toHaveLength(64);
    expect(Math.max(...body.media.waveform)).toBe(100);
  });

  it('a voice note from a browser’s recorder, whose header does not tell its length, has it nevertheless', async () => {
    const { body } = await send(await endlessVoiceNote(), 'voice.webm');
    expect(body.media.kind).toBe('audio');
    expect(Math.abs(body.media.durationMs - 1500)).toBeLessThan(200);
    expect(body.media.waveform).toHaveLength(64);
  });

  it('a film without film in it is refused, and leaves nothing', async () => {
    const before = await left();
    const answer = await send(emptyMp4(), 'clip.mp4');
    expect([answer.status, answer.body.code]).toEqual([400, 'validation_failed']);
    expect(await left()).toEqual(before);
  });

  it('a film whose middle is missing is refused', async () => {
    const whole = await film();
    expect((await send(whole.subarray(0, Math.floor(whole.length * 0.6)), 'cut.mp4')).body.code).toBe(
      'validation_failed',
    );
  });
});

describe('without ffmpeg', () => {
  it('sound and film are kept all the same, and the operator is told', async () => {
    const bare = await startWorld({ FFMPEG_PATH: '/nowhere/ffmpeg' });
    try {
      const bob = await bare.person('Bob');
      const { status, body } = await upload(bare.app, bob, { bytes: emptyMp4(), name: 'clip.mp4' });
      expect([status, body.media.kind, body.media.durationMs]).toEqual([201, 'video', undefined]);
      const health = await (await fetch(`${bare.app.url}/health/ready`)).json();
      expect(health).toMatchObject({
        status: 'ok',
        checks: { ffmpeg: { detail: expect.stringContaining('not installed') } },
      });
    } finally {
      await bare.stop();
    }
  });
});

/** By a client that asks as a browser's cache does; fetch would add that it wants no cache. */
function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    http.get(url, { headers }, (response) => resolve(response.resume().statusCode)).on('error', reject);
  });
}

function bigPicture(): Promise<Buffer> {
  return sharp({ create: { width: 10_000, height: 10_000, channels: 3, background: 'red' } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** A PNG that claims 60,000 by 60,000 pixels in a few bytes. */
async function hugeHeader(): Promise<Buffer> {
  const png = Buffer.from(await picture());
  png.writeUInt32BE(60_000, 16);
  png.writeUInt32BE(60_000, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** A ZIP archive of one file. */
function zipOf(name: string, content: Buffer): Buffer {
  const packed = deflateRawSync(content);
  const local = Buffer.alloc(30);
  local.write('PK\u0003\u0004', 'latin1');
  local.writeUInt16LE(20, 4);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(crc32(content), 14);
  local.writeUInt32LE(packed.length, 18);
  local.writeUInt32LE(content.length, 22);
  local.writeUInt16LE(name.length, 26);
  return Buffer.concat([local, Buffer.from(name), packed]);
}
