/** Stories for each audience on every path: the feed, by id, the bytes, views, reactions, events (contract section 7). */
import { MAX_STORIES_PER_DAY } from '../../src/config/limits';
import type { Person } from '../support/client';
import { startWorld, type World } from '../support/native-world';
import { befriend, bytesOf, feedOf, post, say, showPicture } from '../support/stories';
import { describeWithFfmpeg, fetchBytes, film, picture, upload, WITH_FFMPEG } from '../support/uploads';

let world: World;
let owner: Person;
let friend: Person;
let other: Person;
let stranger: Person;
let blocked: Person;
let blocker: Person;
let former: Person;

beforeAll(async () => {
  world = await startWorld(WITH_FFMPEG);
  [owner, friend, other, stranger, blocked, blocker, former] = (await Promise.all(
    ['Olga', 'Finn', 'Otto', 'Stella', 'Bert', 'Bea', 'Fay'].map((name) => world.person(name)),
  )) as [Person, Person, Person, Person, Person, Person, Person];
  for (const person of [friend, other, blocked, blocker, former]) await befriend(owner, person);
  await owner.api('POST', '/api/contacts/block', { userId: blocked.id });
  await blocker.api('POST', '/api/contacts/block', { userId: owner.id });
  await owner.api('DELETE', `/api/contacts/${former.id}`);
});
afterAll(() => world.stop());

const audiences: Array<[string, () => object, string[], string[]]> = [
  ['everyone', () => ({ audience: 'everyone' }), ['Finn', 'Otto', 'Stella', 'Fay'], ['Finn', 'Otto', 'Fay']],
  ['contacts', () => ({ audience: 'contacts' }), ['Finn', 'Otto'], ['Finn', 'Otto']],
  ['except', () => ({ audience: 'except', userIds: [other.id] }), ['Finn'], ['Finn']],
  ['only', () => ({ audience: 'only', userIds: [other.id, blocked.id, blocker.id] }), ['Otto'], ['Otto']],
];

const people = () => ({
  Finn: friend,
  Otto: other,
  Stella: stranger,
  Bert: blocked,
  Bea: blocker,
  Fay: former,
});

/** The names of those for whom the answer is yes. */
async function namesOf(isYes: (person: Person) => Promise<boolean>): Promise<string[]> {
  const answers = await Promise.all(
    Object.entries(people()).map(async ([name, person]) => ((await isYes(person)) ? [name] : [])),
  );
  return answers.flat();
}

describe.each(audiences)('a story for %s', (_audience, privacy, seeing, feeding) => {
  it('is seen by its audience and by nobody else: in the feed, by id, the bytes', async () => {
    const { story, mediaId } = await showPicture(world, owner, privacy());
    expect(await namesOf(async (person) => (await feedOf(person)).includes(story.id))).toEqual(feeding);
    const statusOf = async (person: Person) => (await person.api('GET', `/api/stories/${story.id}`)).status;
    expect(await namesOf(async (person) => (await statusOf(person)) === 200)).toEqual(seeing);
    expect(await namesOf(async (person) => (await statusOf(person)) !== 404)).toEqual(seeing);
    expect(await namesOf(async (person) => (await bytesOf(world, person, mediaId)) === 200)).toEqual(seeing);
    expect(await feedOf(owner)).toContain(story.id);
    expect(await bytesOf(world, owner, mediaId)).toBe(200);
  });

  it('is looked at, reacted to and kept by those who may alone', async () => {
    const { story } = await showPicture(world, owner, privacy());
    const path = `/api/stories/${story.id}`;
    const allows = (method: string, rest: string, status: number, body?: object) =>
      namesOf(async (person) => (await person.api(method, path + rest, body)).status === status);
    expect(await allows('POST', '/view', 200)).toEqual(seeing);
    expect(await allows('POST', '/react', 200, { emoji: '🎉' })).toEqual(seeing);
    for (const [method, rest] of [
      ['GET', '/views'],
      ['POST', '/highlight'],
      ['DELETE', '/highlight'],
      ['DELETE', ''],
    ] as const) {
      expect(await allows(method, rest, 403)).toEqual(seeing);
      expect(await allows(method, rest, 200)).toEqual([]);
    }
    const { views, count } = (await owner.api('GET', `${path}/views`)).body;
    expect([count, views.length]).toEqual([seeing.length, seeing.length]);
    await owner.api('POST', `${path}/highlight`, { title: 'Kept' });
    const highlights = (person: Person) => person.api('GET', `/api/stories/highlights/${owner.id}`);
    const isKept = async (person: Person) =>
      JSON.stringify((await highlights(person)).body).includes(story.id);
    expect(await namesOf(isKept)).toEqual(seeing);
    await owner.api('DELETE', path);
  });

  it('is announced to those in whose feed it stands, and to the owner', async () => {
    const sockets = await Promise.all(
      [...Object.entries(people()), ['Olga', owner] as const].map(
        async ([name, person]) => [name, await world.socket(person)] as const,
      ),
    );
    const story = await say(owner, 'Hello', privacy());
    const last = await say(owner, 'Later', { audience: 'everyone' });
    const chatIds = await Promise.all(Object.values(people()).map((person) => world.group(person, [])));
    for (const [name, socket] of sockets) {
      if (['Finn', 'Otto', 'Fay', 'Olga'].includes(name))
        await socket.waitFor('story_new', (told) => told.story.id === last.id);
    }
    // Every socket is asked something, so that what was sent before has come.
    await Promise.all(
      sockets.map(([, socket], at) => socket.ask('join_chat', { chatId: chatIds[at] ?? chatIds[0] })),
    );
    const heard = sockets.filter(([, socket]) =>
      socket.heard('story_new').some((told) => told.story.id === story.id),
    );
    expect(heard.map(([name]) => name)).toEqual([...feeding, 'Olga']);
    for (const [, socket] of sockets) socket.disconnect();
  });
});

describe('the feed', () => {
  it('has those with something new first, then oneself, then the others, each once, and comes in pages', async () => {
    const [me, ann, ben, cem] = (await Promise.all(['Me', 'Ann', 'Ben', 'Cem'].map(world.person))) as [
      Person,
      Person,
      Person,
      Person,
    ];
    for (const person of [ann, ben, cem]) await befriend(me, person);
    const seen = await say(ann, 'seen');
    const first = await say(ben, 'first');
    await say(cem, 'only one');
    const second = await say(ben, 'second');
    const own = await say(me, 'mine');
    for (const { id } of [seen, first]) await me.api('POST', `/api/stories/${id}/view`);
    const { feed, nextCursor } = (await me.api('GET', '/api/stories')).body;
    const shape = feed.map((entry: never) => {
      const { user, stories, allViewed } = entry as {
        user: { id: string };
        stories: Array<{ id: string; viewed: boolean }>;
        allViewed: boolean;
      };
      return [user.id, allViewed, stories.map(({ viewed }) => viewed)];
    });
    expect(shape).toEqual([
      [ben.id, false, [true, false]],
      [cem.id, false, [false]],
      [me.id, true, [true]],
      [ann.id, true, [true]],
    ]);
    expect(feed[0].stories.map(({ id }: { id: string }) => id)).toEqual([first.id, second.id]);
    expect(feed[2].stories[0]).toMatchObject({ id: own.id, viewCount: 0 });
    expect(feed[0].stories[0].viewCount).toBeUndefined();
    expect(nextCursor).toBeNull();
    const ids: string[] = [];
    let cursor = '';
    for (let page = 0; page < 3; page += 1) {
      const { body } = await me.api('GET', `/api/stories?limit=2${cursor && `&cursor=${cursor}`}`);
      ids.push(...body.feed.map(({ user }: { user: { id: string } }) => user.id));
      cursor = body.nextCursor;
      if (cursor === null) break;
    }
    expect(ids).toEqual([ben.id, cem.id, me.id, ann.id]);
  });

  it('follows who is a contact and who is blocked, from one moment to the next', async () => {
    const [ann, ben] = (await Promise.all(['Ann', 'Ben'].map(world.person))) as [Person, Person];
    await befriend(ann, ben);
    const { story, mediaId } = await showPicture(world, ann, { audience: 'contacts' });
    const sees = async () => [
      (await feedOf(ben)).includes(story.id),
      (await ben.api('GET', `/api/stories/${story.id}`)).status,
      await bytesOf(world, ben, mediaId),
    ];
    expect(await sees()).toEqual([true, 200, 200]);
    await ann.api('POST', '/api/contacts/block', { userId: ben.id });
    expect(await sees()).toEqual([false, 404, 404]);
    await ann.api('PATCH', `/api/contacts/unblock/${ben.id}`);
    expect(await sees()).toEqual([true, 200, 200]);
    await ann.api('DELETE', `/api/contacts/${ben.id}`);
    expect(await sees()).toEqual([false, 404, 404]);
  });
});

describe('looking and reacting', () => {
  it('is told to the owner once each, listed newest first, and never counts the owner', async () => {
    const socket = await world.socket(owner);
    const story = await say(owner, 'Look', { audience: 'everyone' });
    const path = `/api/stories/${story.id}`;
    await owner.api('POST', `${path}/view`);
    await Promise.all([1, 2, 3].map(() => friend.api('POST', `${path}/view`)));
    expect((await friend.api('GET', path)).body.story.viewed).toBe(true);
    await other.api('POST', `${path}/react`, { emoji: '😍' });
    await other.api('POST', `${path}/react`, { emoji: '😍' });
    await other.api('POST', `${path}/react`, { emoji: '🔥' });
    await friend.api('POST', `${path}/react`, { emoji: '👍' });
    await friend.api('POST', `${path}/react`, { emoji: null });
    await socket.waitFor('story_reaction', (told) => told.emoji === null);
    const about = (event: string) => socket.heard(event).filter(({ storyId }) => storyId === story.id);
    expect(about('story_viewed').map(({ user }) => user.id)).toEqual([friend.id, other.id]);
    expect(about('story_reaction').map(({ user, emoji }) => [user.name, emoji])).toEqual([
      ['Otto', '😍'],
      ['Otto', '🔥'],
      ['Finn', '👍'],
      ['Finn', null],
    ]);
    const { views, count, nextCursor } = (await owner.api('GET', `${path}/views?limit=1`)).body;
    expect([count, views.length, views[0].user.id, views[0].reaction]).toEqual([2, 1, other.id, '🔥']);
    const next = (await owner.api('GET', `${path}/views?limit=1&cursor=${nextCursor}`)).body;
    expect([next.views[0].user.id, next.views[0].reaction, next.nextCursor]).toEqual([friend.id, null, null]);
    expect((await owner.api('GET', path)).body.story.viewCount).toBe(2);
    expect((await owner.api('POST', `${path}/react`, { emoji: '👍' })).body.code).toBe('forbidden');
    expect((await friend.api('POST', `${path}/react`, { emoji: 'love' })).body.code).toBe(
      'validation_failed',
    );
  });

  it('does not show whom a block stands between, nor count them', async () => {
    const [ann, ben, cem] = (await Promise.all(['Ann', 'Ben', 'Cem'].map(world.person))) as [
      Person,
      Person,
      Person,
    ];
    const story = await say(ann, 'Look', { audience: 'everyone' });
    for (const person of [ben, cem, friend]) await person.api('POST', `/api/stories/${story.id}/view`);
    await ann.api('POST', '/api/contacts/block', { userId: ben.id });
    await cem.api('POST', '/api/contacts/block', { userId: ann.id });
    const { views, count } = (await ann.api('GET', `/api/stories/${story.id}/views`)).body;
    expect([views.map(({ user }: { user: { id: string } }) => user.id), count]).toEqual([[friend.id], 1]);
    expect((await ann.api('GET', `/api/stories/${story.id}`)).body.story.viewCount).toBe(1);
    await friend.api('DELETE', '/api/users/profile');
    friend = await world.person('Finn');
    await befriend(owner, friend);
    expect((await ann.api('GET', `/api/stories/${story.id}/views`)).body).toMatchObject({
      views: [],
      count: 0,
    });
  });
});

describe('POST /api/stories', () => {
  const refusalOf = async (story: object) => {
    const { status, body } = await owner.api('POST', '/api/stories', story);
    return [status, body.errors?.[0]?.path];
  };

  it('names what is wrong with a story', async () => {
    const { media } = (await upload(world.app, owner, { bytes: await picture(), name: 'a.png' })).body;
    const theirs = (await upload(world.app, friend, { bytes: await picture(), name: 'a.png' })).body.media;
    const text = { type: 'text', text: 'Hello' };
    expect(await refusalOf({ type: 'text' })).toEqual([400, 'text']);
    expect(await refusalOf({ type: 'text', text: '  ' })).toEqual([400, 'text']);
    expect(await refusalOf({ ...text, mediaId: media.id })).toEqual([400, 'mediaId']);
    expect(await refusalOf({ ...text, text: 'x'.repeat(4097) })).toEqual([400, 'text']);
    expect(await refusalOf({ ...text, background: 'a\nb' })).toEqual([400, 'background']);
    expect(await refusalOf({ type: 'image' })).toEqual([400, 'mediaId']);
    expect(await refusalOf({ type: 'video', mediaId: media.id })).toEqual([400, 'mediaId']);
    expect(await refusalOf({ type: 'image', mediaId: theirs.id })).toEqual([400, 'mediaId']);
    expect(await refusalOf({ ...text, privacy: {} })).toEqual([400, 'privacy.audience']);
    expect(await refusalOf({ ...text, privacy: { audience: 'only' } })).toEqual([400, 'privacy.userIds']);
    expect(await refusalOf({ ...text, privacy: { audience: 'only', userIds: [owner.id] } })).toEqual([
      400,
      'privacy.userIds',
    ]);
    expect(await refusalOf({ ...text, privacy: { audience: 'except', userIds: ['x'] } })).toEqual([
      400,
      'privacy.userIds',
    ]);
  });

  it('makes one story of a repeated request, and refuses the same key for another', async () => {
    const tempId = 'a-day-out';
    const story = {
      type: 'text',
      text: 'Once',
      privacy: { audience: 'except', userIds: [other.id] },
      tempId,
    };
    const answers = await Promise.all([1, 2, 3].map(() => owner.api('POST', '/api/stories', story)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body.story.id)).size).toBe(1);
    const { body } = await owner.api('POST', '/api/stories', { ...story, text: 'Twice' });
    expect(body.code).toBe('conflict');
    expect((await friend.api('POST', '/api/stories', story)).status).toBe(201);
  });

  it('lets each person post so many a day, and says when the next one may come', async () => {
    const ann = await world.person('Ann');
    const answers = await Promise.all(
      Array.from({ length: MAX_STORIES_PER_DAY + 5 }, (_, n) =>
        ann.api('POST', '/api/stories', { type: 'text', text: `Number ${n}` }),
      ),
    );
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.map(({ body }) => body.code)).toEqual(Array(5).fill('rate_limited'));
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await feedOf(ann)).toHaveLength(MAX_STORIES_PER_DAY);
  });

  it('shows contacts what says nothing of its audience', async () => {
    const { id } = await post(owner, { type: 'text', text: 'Hello', caption: null, background: '#ffffff' });
    expect((await friend.api('GET', `/api/stories/${id}`)).body.story).toMatchObject({
      text: 'Hello',
      background: '#ffffff',
      caption: null,
      mediaUrl: null,
      highlight: null,
    });
    expect((await stranger.api('GET', `/api/stories/${id}`)).status).toBe(404);
  });

  it('hands out an address that works without a token', async () => {
    const { story } = await showPicture(world, owner);
    const found = (await friend.api('GET', `/api/stories/${story.id}`)).body.story;
    expect((await fetchBytes(found.mediaUrl)).status).toBe(200);
    expect((await fetchBytes(found.mediaUrl.replace(/signature=..../, 'signature=AAAA'))).status).toBe(401);
  });
});

describeWithFfmpeg('a film', () => {
  it('is shown as a video', async () => {
    const { media } = (await upload(world.app, owner, { bytes: await film(), name: 'a.mp4' })).body;
    const story = await post(owner, { type: 'video', mediaId: media.id, caption: 'Waves' });
    expect(story).toMatchObject({ type: 'video', caption: 'Waves' });
    expect((await fetchBytes(story.mediaUrl)).headers.get('content-type')).toBe('video/mp4');
  });
});
