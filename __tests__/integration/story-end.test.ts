/** The end of stories: to the millisecond for those who look, by the TTL index in the database, and what it leaves (contract section 7). */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createMediaGround, type MediaGround } from '../../src/app-media';
import { MediaModel } from '../../src/models/media.model';
import { StoryModel } from '../../src/models/story.model';
import { StoryViewModel } from '../../src/models/story-view.model';
import { createNodeLease } from '../../src/nodes/node-lease';
import { createStoryMediaUse } from '../../src/services/story-media-use';
import { sweepStoryViews } from '../../src/services/story-remains';
import { startTestApp, type TestApp } from '../support/app';
import { keepingLogger } from '../support/auth-harness';
import { freshPhone, type Person, signUp } from '../support/client';
import { UNKNOWN_ID } from '../support/native-world';
import { type OwnMongod, startOwnMongod } from '../support/own-mongod';
import { befriend, bytesOf, feedOf, say, showPicture } from '../support/stories';
import { fetchBytes } from '../support/uploads';

const DAY = 24 * 3_600_000;
const { logger } = keepingLogger();
/** Stands still, and is set. */
let nowMs = Date.now();
const clock = { now: () => new Date(nowMs) };

let app: TestApp;
let owner: Person;
let friend: Person;
let removal: MediaGround['removal'];

async function start(env: Record<string, string> = {}): Promise<void> {
  app = await startTestApp({ env, overrides: { clock } });
  owner = await signUp(app, { name: 'Olga', phoneNumber: freshPhone() });
  friend = await signUp(app, { name: 'Finn', phoneNumber: freshPhone() });
  await befriend(owner, friend);
  const ground = createMediaGround({
    ...app,
    clock,
    logger,
    secret: Buffer.alloc(32),
    node: createNodeLease({ logger }),
  });
  ground.addUse(createStoryMediaUse({ clock }));
  removal = ground.removal;
}

/** Sets the clock; sessions of before are too old then. */
async function at(ms: number): Promise<void> {
  nowMs = ms;
  owner = await signUp(app, { phoneNumber: owner.phoneNumber });
  friend = await signUp(app, { phoneNumber: friend.phoneNumber });
}

async function filesLeft(): Promise<number> {
  const all = await readdir(app.config.media.dir, { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).length;
}

const statusOf = async (person: Person, id: string) => (await person.api('GET', `/api/stories/${id}`)).status;

describe('on every path', () => {
  beforeAll(() => start());
  afterAll(() => app.stop());

  it('ends after 24 hours, not a millisecond later', async () => {
    const { story, mediaId } = await showPicture({ app }, owner, { audience: 'everyone' });
    const endMs = Date.parse(story.expiresAt);
    expect(endMs - Date.parse(story.createdAt)).toBe(DAY);
    const { body } = await friend.api('GET', '/api/stories');
    const paths = [
      ['POST', '/view'],
      ['POST', '/react', { emoji: '👍' }],
    ] as const;
    await at(endMs - 1);
    expect(await feedOf(friend)).toEqual([story.id]);
    expect([await statusOf(friend, story.id), await bytesOf({ app }, friend, mediaId)]).toEqual([200, 200]);
    const { mediaUrl } = (await friend.api('GET', `/api/stories/${story.id}`)).body.story;
    for (const [method, rest, sent] of paths)
      expect((await friend.api(method, `/api/stories/${story.id}${rest}`, sent)).status).toBe(200);
    nowMs = endMs;
    for (const person of [friend, owner]) {
      expect(await feedOf(person)).toEqual([]);
      expect(await statusOf(person, story.id)).toBe(404);
    }
    expect(await bytesOf({ app }, friend, mediaId)).toBe(404);
    for (const url of [mediaUrl, body.feed[0].stories[0].mediaUrl])
      expect((await fetchBytes(url)).status).toBe(401);
    for (const [method, rest, sent] of paths)
      expect((await friend.api(method, `/api/stories/${story.id}${rest}`, sent)).status).toBe(404);
    for (const [method, rest] of [
      ['POST', '/highlight'],
      ['DELETE', '/highlight'],
      ['GET', '/views'],
      ['DELETE', ''],
    ] as const)
      expect((await owner.api(method, `/api/stories/${story.id}${rest}`)).status).toBe(404);
  });

  it('lets the address of a file live as long as its story at most', async () => {
    const { story } = await showPicture({ app }, owner);
    const endMs = Date.parse(story.expiresAt);
    await at(endMs - 10_000);
    const { mediaUrl } = (await friend.api('GET', `/api/stories/${story.id}`)).body.story;
    const expires = Number(new URL(mediaUrl).searchParams.get('expires'));
    expect(expires).toBe(Math.floor(endMs / 1000));
    nowMs = expires * 1000 - 1;
    const served = await fetchBytes(mediaUrl);
    expect([served.status, served.headers.get('cache-control')]).toEqual([200, 'private, max-age=0']);
    nowMs = endMs - 10_000;
    const age = Number(
      /max-age=(\d+)/.exec((await fetchBytes(mediaUrl)).headers.get('cache-control') ?? '')?.[1],
    );
    expect(age).toBeLessThanOrEqual(10);
    expect(age).toBeGreaterThanOrEqual(9);
    nowMs = endMs;
    expect((await fetchBytes(mediaUrl)).status).toBe(401);
  });

  it('keeps a highlight beyond it, but for the feed, until it is let go', async () => {
    const { story, mediaId } = await showPicture({ app }, owner);
    await friend.api('POST', `/api/stories/${story.id}/react`, { emoji: '👍' });
    const kept = await owner.api('POST', `/api/stories/${story.id}/highlight`, { title: ' Summer ' });
    expect(kept.body.story.highlight).toEqual({ title: 'Summer' });
    nowMs += 1000;
    const text = await say(owner, 'Without a title');
    await owner.api('POST', `/api/stories/${text.id}/highlight`);
    await at(Date.parse(story.expiresAt) + 30 * DAY);
    expect([await feedOf(friend), await feedOf(owner)]).toEqual([[], []]);
    expect([await statusOf(friend, story.id), await bytesOf({ app }, friend, mediaId)]).toEqual([200, 200]);
    const { mediaUrl } = (await friend.api('GET', `/api/stories/${story.id}`)).body.story;
    expect((await fetchBytes(mediaUrl)).status).toBe(200);
    const { highlights } = (await friend.api('GET', `/api/stories/highlights/${owner.id}`)).body;
    expect(
      highlights.map(({ title, stories }: { title: string; stories: Array<{ id: string }> }) => [
        title,
        stories.map(({ id }) => id),
      ]),
    ).toEqual([
      ['', [text.id]],
      ['Summer', [story.id]],
    ]);
    expect((await owner.api('GET', `/api/stories/${story.id}/views`)).body).toMatchObject({ count: 1 });
    await removal.run();
    expect(await MediaModel.countDocuments({ _id: mediaId })).toBe(1);
    expect((await owner.api('DELETE', `/api/stories/${story.id}/highlight`)).status).toBe(200);
    expect([await statusOf(owner, story.id), await bytesOf({ app }, friend, mediaId)]).toEqual([404, 404]);
    expect(await StoryViewModel.countDocuments({ storyId: story.id })).toBe(0);
    nowMs += 61_000;
    await removal.run();
    expect(await MediaModel.countDocuments({ _id: mediaId })).toBe(0);
  });

  it('comes back when a highlight is let go within the day', async () => {
    const { story, mediaId } = await showPicture({ app }, owner);
    const path = `/api/stories/${story.id}/highlight`;
    for (const title of ['A', 'B']) await owner.api('POST', path, { title });
    expect((await owner.api('GET', `/api/stories/${story.id}`)).body.story.highlight).toEqual({ title: 'B' });
    await owner.api('DELETE', path);
    expect((await owner.api('DELETE', path)).status).toBe(200);
    expect(await feedOf(friend)).toEqual([story.id]);
    nowMs += 61_000;
    await removal.run();
    expect(await bytesOf({ app }, friend, mediaId)).toBe(200);
    await at(Date.parse(story.expiresAt));
    expect(await statusOf(owner, story.id)).toBe(404);
    await removal.run();
    expect(await MediaModel.countDocuments({ _id: mediaId })).toBe(0);
  });

  it('keeps so many stories only', async () => {
    const limit = 200;
    const createdAt = clock.now();
    const expiresAt = new Date(nowMs + DAY);
    const story = { ownerId: owner.id, type: 'text', text: 'x', audience: 'contacts', createdAt, expiresAt };
    await StoryModel.insertMany(
      Array.from({ length: limit }, () => ({ ...story, highlight: { title: 'Many', at: createdAt } })),
    );
    const one = await say(owner, 'One more');
    const answer = await owner.api('POST', `/api/stories/${one.id}/highlight`);
    expect([answer.status, answer.body.code]).toEqual([409, 'conflict']);
    await StoryModel.deleteMany({ ownerId: owner.id });
  });

  it('does not know people who are not there', async () => {
    expect((await owner.api('GET', `/api/stories/highlights/${UNKNOWN_ID}`)).status).toBe(404);
  });
});

describe('what a story leaves', () => {
  beforeAll(() => start());
  afterAll(() => app.stop());

  it('goes with it when its owner deletes it, bytes and all', async () => {
    const before = await filesLeft();
    const { story, mediaId } = await showPicture({ app }, owner);
    await friend.api('POST', `/api/stories/${story.id}/view`);
    expect((await owner.api('DELETE', `/api/media/${mediaId}`)).body.code).toBe('conflict');
    expect((await owner.api('DELETE', `/api/stories/${story.id}`)).body).toEqual({ ok: true });
    expect(await statusOf(owner, story.id)).toBe(404);
    expect((await owner.api('DELETE', `/api/stories/${story.id}`)).status).toBe(404);
    expect(await StoryViewModel.countDocuments({ storyId: story.id })).toBe(0);
    expect(await bytesOf({ app }, friend, mediaId)).toBe(404);
    nowMs += 61_000;
    await removal.run();
    expect(await filesLeft()).toBe(before);
  });

  it('stays as long as something else shows it', async () => {
    const { story, mediaId } = await showPicture({ app }, owner);
    const chatId = (await owner.api('POST', '/api/chats/private', { userId: friend.id })).body.chat.id;
    const content = { type: 'image', mediaId };
    const { message } = (await owner.api('POST', '/api/messages', { chatId, content })).body;
    await owner.api('DELETE', `/api/stories/${story.id}`);
    nowMs += 61_000;
    await removal.run();
    expect(await bytesOf({ app }, friend, mediaId)).toBe(200);
    const again = (await owner.api('POST', '/api/stories', { type: 'image', mediaId })).body.story;
    await owner.api('DELETE', `/api/messages/${message.id}?forEveryone=true`);
    nowMs += 61_000;
    await removal.run();
    expect(await bytesOf({ app }, friend, mediaId)).toBe(200);
    await at(Date.parse(again.expiresAt));
    await removal.run();
    expect(await MediaModel.countDocuments({ _id: mediaId })).toBe(0);
  });

  it('is swept when the removal of a kept story broke off', async () => {
    const [{ id }, { id: living }] = [await say(owner, 'Kept'), await say(owner, 'Kept, too')];
    for (const story of [id, living]) {
      await owner.api('POST', `/api/stories/${story}/highlight`);
      await friend.api('POST', `/api/stories/${story}/view`);
    }
    await StoryModel.deleteOne({ _id: id });
    expect(await sweepStoryViews()).toBe(1);
    expect(await StoryViewModel.countDocuments({ storyId: id })).toBe(0);
    expect(await StoryViewModel.countDocuments({ storyId: living })).toBe(1);
  });

  it('goes with the account of its owner, and with that of who looked', async () => {
    const { story, mediaId } = await showPicture({ app }, owner, { audience: 'everyone' });
    const theirs = await say(friend, 'Mine');
    await owner.api('POST', `/api/stories/${story.id}/highlight`);
    await friend.api('POST', `/api/stories/${story.id}/react`, { emoji: '👍' });
    await owner.api('POST', `/api/stories/${theirs.id}/view`);
    await owner.api('DELETE', '/api/users/profile');
    expect(await statusOf(friend, story.id)).toBe(404);
    expect(await StoryModel.countDocuments({ ownerId: owner.id })).toBe(0);
    expect(await StoryViewModel.countDocuments({ storyId: story.id })).toBe(0);
    expect(await StoryViewModel.countDocuments({ viewerId: owner.id })).toBe(0);
    expect((await friend.api('GET', `/api/stories/highlights/${owner.id}`)).status).toBe(404);
    expect((await friend.api('GET', `/api/stories/${theirs.id}/views`)).body).toMatchObject({ count: 0 });
    nowMs += 1;
    await removal.run();
    expect(await MediaModel.countDocuments({ _id: mediaId })).toBe(0);
  });
});

/** The TTL monitor looks every second, not every minute. */
const QUICK = [
  '--oplogSize',
  '128',
  '--setParameter',
  'notablescan=1',
  '--setParameter',
  'ttlMonitorSleepSecs=1',
];

describe('in the database', () => {
  let mongod: OwnMongod;
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(path.join(os.tmpdir(), 'parley-ttl-'));
    mongod = await startOwnMongod(dataDir, QUICK);
    nowMs = Date.now();
    await start({ MONGO_URI: mongod.uri });
    // The database goes by the machine's clock, so the product's runs a day and an hour behind it. Not before the sign-in, whose
    // codes would be over for the database.
    nowMs -= DAY + 3_600_000;
  });
  afterAll(async () => {
    await app?.stop();
    await mongod?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('is the work of the TTL indexes; a highlight stays, with its views, and the file of the other goes', async () => {
    const isRemoval = [{ $match: { operationType: 'delete' } }];
    const changes = [StoryModel, StoryViewModel].map(({ collection }) => collection.watch(isRemoval));
    const removals = changes.map((stream) => stream.next());
    const stays = await StoryModel.create({
      ownerId: owner.id,
      type: 'text',
      text: 'Kept',
      audience: 'contacts',
      createdAt: clock.now(),
      expiresAt: new Date(nowMs + DAY),
      highlight: { title: 'Kept', at: clock.now() },
    });
    await friend.api('POST', `/api/stories/${stays.id}/view`);
    const { story, mediaId } = await showPicture({ app }, owner);
    const ofTheStory = { storyId: story.id, removeAt: story.expiresAt };
    await StoryViewModel.create({ ...ofTheStory, viewerId: friend.id, viewedAt: clock.now() });
    const [gone] = await Promise.all(removals);
    await Promise.all(changes.map((stream) => stream.close()));
    expect(String((gone as { documentKey: { _id: unknown } }).documentKey._id)).toBe(story.id);
    expect((await StoryModel.find().lean()).map(({ _id }) => String(_id))).toEqual([stays.id]);
    expect((await StoryViewModel.find().lean()).map(({ storyId }) => String(storyId))).toEqual([stays.id]);
    nowMs += DAY + 1;
    await removal.run();
    expect([await MediaModel.countDocuments({ _id: mediaId }), await filesLeft()]).toEqual([0, 0]);
  });
});
