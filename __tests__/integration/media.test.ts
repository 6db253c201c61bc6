/** Files from the upload to the removal, with each of the providers (contract section 7). */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { createMediaGround, type MediaGround } from '../../src/app-media';
import { MediaModel } from '../../src/models/media.model';
import { createNodeLease } from '../../src/nodes/node-lease';
import { keepingLogger } from '../support/auth-harness';
import type { Person } from '../support/client';
import { CLOUDINARY_ACCOUNT, type FakeCloudinary, startFakeCloudinary } from '../support/fake-cloudinary';
import { keysOf, startWorld, type World } from '../support/native-world';
import { fetchBytes, photoWithPlace, picture, upload } from '../support/uploads';

const MEDIA_KEYS = [
  'createdAt',
  'height',
  'id',
  'kind',
  'mimeType',
  'name',
  'size',
  'thumbnailUrl',
  'url',
  'width',
];
const HOUR = 3_600_000;

const { logger } = keepingLogger();

describe.each(['disk', 'cloudinary'] as const)('files kept by %s', (provider) => {
  let world: World;
  let cloud: FakeCloudinary;
  let alice: Person;
  let bob: Person;
  let carol: Person;
  let removal: MediaGround['removal'];
  let chatId: string;

  beforeAll(async () => {
    cloud = await startFakeCloudinary();
    world = await startWorld({
      MEDIA_PROVIDER: provider,
      CLOUDINARY_CLOUD_NAME: CLOUDINARY_ACCOUNT.cloudName,
      CLOUDINARY_API_KEY: CLOUDINARY_ACCOUNT.apiKey,
      CLOUDINARY_API_SECRET: CLOUDINARY_ACCOUNT.apiSecret,
      CLOUDINARY_API_URL: cloud.url,
      MEDIA_QUOTA_MB: '1',
    });
    alice = await world.person('Alice');
    bob = await world.person('Bob');
    carol = await world.person('Carol');
    const { app, clock } = world;
    removal = createMediaGround({
      ...app,
      clock,
      logger,
      secret: Buffer.alloc(32),
      node: createNodeLease({ logger }),
    }).removal;
    chatId = await world.privateChat(alice, bob);
  });
  afterAll(async () => {
    await world.stop();
    await cloud.stop();
  });

  const send = (person: Person, bytes: Uint8Array | string, name: string, type?: string) =>
    upload(world.app, person, { bytes, name, type });

  async function sendPicture(to = chatId, from = alice) {
    const { media } = (await send(from, await picture(), 'red.png')).body;
    const content = { type: 'image', mediaId: media.id, caption: 'Look' };
    const { message } = (await from.api('POST', '/api/messages', { chatId: to, content })).body;
    return { media, message };
  }

  const bearer = (person: Person) => ({ authorization: `Bearer ${person.accessToken}` });
  const fileOf = (mediaId: string, part = 'file') => `${world.app.url}/api/media/${mediaId}/${part}`;
  const get = async (person: Person, mediaId: string) =>
    (await fetchBytes(fileOf(mediaId), bearer(person))).status;

  /** After the clock went ahead further than a token lives. */
  async function signInAgain() {
    alice = await world.deviceOf(alice);
    bob = await world.deviceOf(bob);
    carol = await world.deviceOf(carol);
  }

  async function filesLeft(): Promise<number> {
    if (provider === 'cloudinary') return cloud.objects.size;
    const all = await readdir(path.join(world.app.config.media.dir, 'files'), {
      recursive: true,
      withFileTypes: true,
    });
    return all.filter((entry) => entry.isFile()).length;
  }

  it('answers an upload with what it found in it, under addresses that need no token', async () => {
    const { status, body } = await send(alice, await picture(640, 480, 'jpeg'), 'red.jpg', 'text/plain');
    expect(status).toBe(201);
    expect(keysOf(body.media)).toEqual(MEDIA_KEYS);
    expect(body.media).toMatchObject({
      kind: 'image',
      mimeType: 'image/jpeg',
      name: 'red.jpg',
      width: 640,
      height: 480,
    });
    const file = await fetchBytes(body.media.url);
    expect([file.status, file.bytes.length]).toEqual([200, body.media.size]);
    expect(await sharp(file.bytes).metadata()).toMatchObject({ format: 'jpeg', width: 640, height: 480 });
    const small = await fetchBytes(body.media.thumbnailUrl);
    expect(await sharp(small.bytes).metadata()).toMatchObject({ format: 'webp', width: 320, height: 240 });
  });

  it('takes out of a photograph where it was taken, and sets it upright', async () => {
    const photo = await photoWithPlace();
    expect((await sharp(photo).metadata()).exif).toBeDefined();
    const { media } = (await send(alice, photo, 'photo.jpg')).body;
    expect(media).toMatchObject({ width: 40, height: 80 });
    const { bytes } = await fetchBytes(media.url);
    expect((await sharp(bytes).metadata()).exif).toBeUndefined();
    expect(bytes.includes('SecretCamera')).toBe(false);
  });

  it('shows a sent file to the members of the chat, with what it knows of it, and to nobody else', async () => {
    const socket = await world.socket(bob);
    const { media, message } = await sendPicture();
    expect(message.content).toMatchObject({
      type: 'image',
      mediaId: media.id,
      caption: 'Look',
      width: 64,
      height: 48,
    });
    const { message: heard } = await socket.waitFor(
      'new_message',
      (event) => event.message.id === message.id,
    );
    expect(heard.content).toMatchObject({
      mediaId: media.id,
      name: 'red.png',
      mimeType: 'image/png',
      size: media.size,
    });
    for (const url of [heard.content.url, heard.content.thumbnailUrl])
      expect((await fetchBytes(url)).status).toBe(200);
    expect([await get(alice, media.id), await get(bob, media.id), await get(carol, media.id)]).toEqual([
      200, 200, 404,
    ]);
    expect((await bob.api('GET', `/api/media/${media.id}`)).body.media.id).toBe(media.id);
    expect((await carol.api('GET', `/api/media/${media.id}`)).body.code).toBe('not_found');
    expect((await fetchBytes(fileOf(media.id))).status).toBe(401);
  });

  it('lets only its owner send a file, once it is there', async () => {
    const { media } = (await send(alice, await picture(), 'mine.png')).body;
    const content = { type: 'image', mediaId: media.id };
    const stolen = await bob.api('POST', '/api/messages', { chatId, content });
    expect([stolen.status, stolen.body.errors[0].path]).toEqual([400, 'content.mediaId']);
    const wrongKind = await alice.api('POST', '/api/messages', {
      chatId,
      content: { ...content, type: 'audio' },
    });
    expect(wrongKind.body.errors[0].path).toBe('content.mediaId');
    const asDocument = await alice.api('POST', '/api/messages', {
      chatId,
      content: { ...content, type: 'document' },
    });
    expect(asDocument.status).toBe(201);
    const byAddress = await alice.api('POST', '/api/messages', {
      chatId,
      content: { type: 'image', url: media.url },
    });
    expect(byAddress.body.message.content.mediaId).toBe(media.id);
  });

  it('does not believe a message that names a stranger’s file beside an address elsewhere', async () => {
    const { media } = (await send(alice, await picture(), 'private.png')).body;
    const content = { type: 'image', url: 'https://example.org/x.png', mediaId: media.id };
    const chat = await world.privateChat(bob, carol);
    expect((await bob.api('POST', '/api/messages', { chatId: chat, content })).status).toBe(201);
    expect(await get(bob, media.id)).toBe(404);
  });

  it('sends one message for one tempId also when the file is named twice, at once', async () => {
    const { media } = (await send(alice, await picture(), 'once.png')).body;
    const body = { chatId, tempId: 'one-file', content: { type: 'image', mediaId: media.id } };
    const answers = await Promise.all([1, 2].map(() => alice.api('POST', '/api/messages', body)));
    expect(answers[0]?.body.message.id).toBe(answers[1]?.body.message.id);
    const again = { ...body, content: { type: 'image', url: media.url } };
    expect((await alice.api('POST', '/api/messages', again)).body.message.id).toBe(
      answers[0]?.body.message.id,
    );
  });

  it('ends an address after its time, and refuses one that was changed', async () => {
    const { media } = (await send(alice, await picture(), 'short.png')).body;
    const other = (await send(alice, await picture(), 'other.png')).body.media;
    const tampered = media.url.replace(media.id, other.id);
    expect((await fetchBytes(tampered)).status).toBe(401);
    expect((await fetchBytes(media.url.replace(/expires=\d+/, 'expires=9999999999'))).status).toBe(401);
    expect((await fetchBytes(media.url.replace('/file?', '/thumbnail?'))).status).toBe(401);
    world.clock.advance(2.3 * HOUR);
    expect((await fetchBytes(media.url)).status).toBe(401);
  });

  it('forgets a file with its message, bytes and all, once nothing else shows it', async () => {
    await signInAgain();
    const { media, message } = await sendPicture();
    const forwarded = await alice.api('POST', `/api/messages/${message.id}/forward`, { chatIds: [chatId] });
    expect(forwarded.status).toBe(201);
    const before = await filesLeft();
    await alice.api('DELETE', `/api/messages/${message.id}?forEveryone=true`);
    world.clock.advance(61_000);
    await removal.run();
    expect([await get(bob, media.id), await filesLeft()]).toEqual([200, before]);
    const second = forwarded.body.messages[0].id;
    await alice.api('DELETE', `/api/messages/${second}?forEveryone=true`);
    expect(await get(bob, media.id)).toBe(404);
    world.clock.advance(61_000);
    await removal.run();
    expect([await get(alice, media.id), await filesLeft()]).toEqual([404, before - 2]);
  });

  it('forgets a file with a disappearing message', async () => {
    const group = await world.group(alice, [bob]);
    await alice.api('PUT', `/api/chats/${group}/settings`, { disappearingSeconds: 3600 });
    const { media } = await sendPicture(group);
    expect(await get(bob, media.id)).toBe(200);
    world.clock.advance(HOUR + 1000);
    await signInAgain();
    expect(await get(bob, media.id)).toBe(404);
  });

  it('ends with the membership, and does not show what was sent before it', async () => {
    await signInAgain();
    const group = await world.group(alice, [bob]);
    const { media } = await sendPicture(group);
    await alice.api('POST', `/api/chats/${group}/members`, { userIds: [carol.id] });
    expect(await get(carol, media.id)).toBe(404);
    const { media: later } = await sendPicture(group);
    expect(await get(carol, later.id)).toBe(200);
    expect((await alice.api('DELETE', `/api/chats/${group}/members/${carol.id}`)).status).toBe(200);
    expect(await get(carol, later.id)).toBe(404);
  });

  it('removes what nobody sent after a day', async () => {
    await signInAgain();
    const { media } = (await send(alice, await picture(), 'unused.png')).body;
    world.clock.advance(23 * HOUR);
    await removal.run();
    expect(await MediaModel.countDocuments({ _id: media.id })).toBe(1);
    world.clock.advance(2 * HOUR);
    await removal.run();
    expect(await MediaModel.countDocuments({ _id: media.id })).toBe(0);
  });

  it('deletes one’s own unused file, and no other', async () => {
    await signInAgain();
    const { media } = (await send(alice, await picture(), 'oops.png')).body;
    expect((await bob.api('DELETE', `/api/media/${media.id}`)).status).toBe(404);
    expect((await alice.api('DELETE', `/api/media/${media.id}`)).status).toBe(200);
    expect((await alice.api('GET', `/api/media/${media.id}`)).status).toBe(404);
    const { media: used } = await sendPicture();
    expect((await alice.api('DELETE', `/api/media/${used.id}`)).body.code).toBe('conflict');
  });

  it('makes an uploaded picture the profile’s, for those who may see it, and lets go of the one before', async () => {
    const avatar = { field: 'avatar', path: '/api/users/upload-avatar', name: 'me.jpg' };
    const first = await upload(world.app, alice, { ...avatar, bytes: await picture(300, 200, 'jpeg') });
    expect(first.status).toBe(200);
    const { bytes } = await fetchBytes(first.body.user.avatarUrl);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 512, height: 512 });
    const seen = (await bob.api('GET', `/api/users/${alice.id}`)).body.user;
    expect((await fetchBytes(seen.avatarUrl)).status).toBe(200);
    const unchanged = await alice.api('PUT', '/api/users/profile', {
      avatarUrl: first.body.user.avatarUrl,
      bio: 'Hi',
    });
    expect((await fetchBytes(unchanged.body.user.avatarUrl)).status).toBe(200);
    const removed = await alice.api('PUT', '/api/users/profile', { avatarUrl: null });
    expect(removed.body.user.avatarUrl).toBeNull();
    world.clock.advance(61_000);
    await removal.run();
    const [, id] = /media\/(\w+)\/file/.exec(seen.avatarUrl) ?? [];
    expect(await MediaModel.countDocuments({ _id: id })).toBe(0);
  });

  it('makes an uploaded picture a group’s, which its members see as long as it is', async () => {
    await signInAgain();
    const { media } = (await send(alice, await picture(), 'us.png')).body;
    const made = await alice.api('POST', '/api/chats/group', {
      name: 'Us',
      memberIds: [bob.id],
      avatarUrl: media.url,
    });
    world.clock.advance(3 * HOUR);
    await signInAgain();
    const { chat } = (await bob.api('GET', `/api/chats/${made.body.chat.id}`)).body;
    expect((await fetchBytes(chat.avatarUrl)).status).toBe(200);
    expect([await get(bob, media.id), await get(carol, media.id)]).toEqual([200, 404]);
    const other = (await send(alice, await picture(), 'us2.png')).body.media;
    const changed = await alice.api('PUT', `/api/chats/${chat.id}`, { avatarUrl: other.url });
    expect(changed.body.chat.avatarUrl).toContain(other.id);
    const { messages } = (await bob.api('GET', `/api/chats/${chat.id}/messages`)).body;
    const told = messages.find(
      ({ content }: { content: { event?: string } }) => content.event === 'group_updated',
    );
    expect((await fetchBytes(told.content.avatarUrl)).status).toBe(200);
    expect(await get(bob, media.id)).toBe(404);
  });

  it('refuses as a profile picture what is none, or somebody else’s file', async () => {
    const avatar = { field: 'avatar', path: '/api/users/upload-avatar', name: 'me.txt' };
    expect((await upload(world.app, alice, { ...avatar, bytes: 'hello' })).body.code).toBe(
      'unsupported_media_type',
    );
    const { media } = (await send(bob, await picture(), 'his.png')).body;
    const stolen = await alice.api('PUT', '/api/users/profile', { avatarUrl: media.url });
    expect([stolen.status, stolen.body.errors[0].path]).toEqual([400, 'avatarUrl']);
  });

  it('says when the room of a user is full, and makes room again', async () => {
    const dora = await world.person('Dora');
    const noise = (size: number) => Buffer.alloc(size, 'parley ');
    const first = await send(dora, noise(700_000), 'a.txt');
    expect(first.status).toBe(201);
    const second = await send(dora, noise(700_000), 'b.txt');
    expect([second.status, second.body.code]).toEqual([413, 'payload_too_large']);
    await dora.api('DELETE', `/api/media/${first.body.media.id}`);
    expect((await send(dora, noise(700_000), 'b.txt')).status).toBe(201);
  });

  it('keeps the files of a deleted account only where others have them', async () => {
    const erin = await world.person('Erin');
    const chat = await world.privateChat(erin, bob);
    const { media } = await sendPicture(chat, erin);
    const alone = (await send(erin, await picture(), 'alone.png')).body.media;
    await erin.api('DELETE', '/api/users/profile');
    await removal.run();
    expect(await get(bob, media.id)).toBe(200);
    expect(await MediaModel.countDocuments({ _id: alone.id })).toBe(0);
  });

  it('shows nothing after a failed store: no file, no row', async () => {
    if (provider !== 'cloudinary') return;
    const [rows, objects] = [await MediaModel.countDocuments({}), cloud.objects.size];
    cloud.failNext({ status: 500, message: 'Something went wrong' });
    const failed = await send(bob, await picture(), 'red.png');
    expect([failed.status, failed.body.code]).toEqual([503, 'unavailable']);
    expect([await MediaModel.countDocuments({}), cloud.objects.size]).toEqual([rows, objects]);
  });

  it('removes at once what Cloudinary made public, and refuses the upload', async () => {
    if (provider !== 'cloudinary') return;
    cloud.storePublicly();
    expect((await send(bob, await picture(), 'red.png')).body.code).toBe('unavailable');
  });
});
