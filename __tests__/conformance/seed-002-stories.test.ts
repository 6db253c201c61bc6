/** Seed 002, "Stories", with the shapes of contract section 7: a client written from these two alone. */
import type { Person } from '../support/client';
import { ISO_TIME, keysOf, PUBLIC_USER_KEYS, startWorld, type World } from '../support/native-world';
import { befriend } from '../support/stories';
import { picture, upload } from '../support/uploads';

const STORY_KEYS = [
  'background',
  'caption',
  'createdAt',
  'expiresAt',
  'highlight',
  'id',
  'mediaUrl',
  'text',
  'type',
  'userId',
  'viewed',
];

let world: World;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  world = await startWorld();
  [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
  await befriend(alice, bob);
});
afterAll(() => world.stop());

it('creates a story, shows it in the feed, takes views and reactions, and lists them', async () => {
  const sockets = { alice: await world.socket(alice), bob: await world.socket(bob) };
  const { media } = (await upload(world.app, alice, { bytes: await picture(), name: 'sea.png' })).body;
  const created = await alice.api('POST', '/api/stories', {
    type: 'image',
    mediaId: media.id,
    caption: 'The sea',
    privacy: { audience: 'contacts' },
  });
  expect(created.status).toBe(201);
  const { story } = created.body;
  expect(keysOf(story)).toEqual([...STORY_KEYS, 'viewCount'].sort());
  expect(story).toMatchObject({
    userId: alice.id,
    type: 'image',
    caption: 'The sea',
    text: null,
    viewCount: 0,
  });
  for (const time of [story.createdAt, story.expiresAt]) expect(time).toMatch(ISO_TIME);

  const told = await sockets.bob.waitFor('story_new');
  expect(keysOf(told.story)).toEqual(STORY_KEYS);

  const { feed } = (await bob.api('GET', '/api/stories')).body;
  expect(feed).toHaveLength(1);
  expect(keysOf(feed[0])).toEqual(['allViewed', 'stories', 'user']);
  expect(keysOf(feed[0].user)).toEqual([...PUBLIC_USER_KEYS, 'phoneNumber'].sort());
  expect([feed[0].user.id, feed[0].allViewed]).toEqual([alice.id, false]);
  expect(keysOf(feed[0].stories[0])).toEqual(STORY_KEYS);
  expect(feed[0].stories[0]).toMatchObject({ id: story.id, viewed: false });

  expect((await bob.api('POST', `/api/stories/${story.id}/view`)).body).toEqual({ ok: true });
  const viewed = await sockets.alice.waitFor('story_viewed');
  expect([viewed.storyId, viewed.user.id]).toEqual([story.id, bob.id]);
  expect((await bob.api('POST', `/api/stories/${story.id}/react`, { emoji: '😍' })).body).toEqual({
    ok: true,
  });
  const reacted = await sockets.alice.waitFor('story_reaction');
  expect([reacted.storyId, reacted.user.id, reacted.emoji]).toEqual([story.id, bob.id, '😍']);

  const { views, count } = (await alice.api('GET', `/api/stories/${story.id}/views`)).body;
  expect([views, count]).toEqual([
    [
      {
        user: expect.objectContaining({ id: bob.id }),
        viewedAt: expect.stringMatching(ISO_TIME),
        reaction: '😍',
      },
    ],
    1,
  ]);
  expect((await bob.api('GET', '/api/stories')).body.feed[0].allViewed).toBe(true);

  await alice.api('POST', `/api/stories/${story.id}/highlight`, { title: 'Summer' });
  const { highlights } = (await bob.api('GET', `/api/stories/highlights/${alice.id}`)).body;
  expect(highlights).toEqual([{ title: 'Summer', stories: [expect.objectContaining({ id: story.id })] }]);
  expect((await alice.api('DELETE', `/api/stories/${story.id}/highlight`)).body).toEqual({ ok: true });
  expect((await alice.api('DELETE', `/api/stories/${story.id}`)).body).toEqual({ ok: true });
  expect((await bob.api('GET', '/api/stories')).body).toEqual({ feed: [], nextCursor: null });
});
