import type { FeedEntry, Story } from '../../src/web/types';

// The page's modules are JavaScript that `tsc` does not read; Jest compiles them like the rest.
const { emptyState } = require('../../src/web/state/store.js');
const { currentFeed, othersStories, ownStories } = require('../../src/web/state/stories.js');
const { paint } = require('../../src/web/lib/story-look.js');

const NOW = Date.parse('2026-03-01T12:00:00.000Z');

function entry(userId: string, ...stories: Array<{ endsInMs?: number; viewed?: boolean }>): FeedEntry {
  const made = stories.map(({ endsInMs = 1000, viewed = false }, index) => ({
    id: `${userId}-${index}`,
    userId,
    viewed,
    expiresAt: new Date(NOW + endsInMs).toISOString(),
  })) as Story[];
  return { user: { id: userId, name: userId }, stories: made, allViewed: made.every(({ viewed }) => viewed) };
}

function stateWith(...stories: FeedEntry[]) {
  return { ...emptyState(), me: { id: 'me', name: 'Me' }, stories };
}

const idsOf = (feed: FeedEntry[]) => feed.map(({ user }) => user.id);

it('hides a story at its end, and a person with the last one', () => {
  const state = stateWith(entry('ann', { endsInMs: 0 }, { endsInMs: 1 }), entry('ben', { endsInMs: 0 }));
  const feed = currentFeed(state, NOW);
  expect(feed.map(({ stories }: FeedEntry) => stories.map(({ id }) => id))).toEqual([['ann-1']]);
  expect(currentFeed(state, NOW + 1)).toEqual([]);
});

it('calls a person seen when what is left of theirs is seen', () => {
  const state = stateWith(entry('ann', { endsInMs: 0 }, { viewed: true }));
  expect(state.stories[0].allViewed).toBe(false);
  expect(currentFeed(state, NOW)[0].allViewed).toBe(true);
});

it('tells one’s own from the others’, who come with what is new first', () => {
  const state = stateWith(entry('ann', { viewed: true }), entry('me', { viewed: true }), entry('ben', {}));
  expect(ownStories(state, NOW).user.id).toBe('me');
  expect(idsOf(othersStories(state, NOW))).toEqual(['ben', 'ann']);
  expect(ownStories(stateWith(), NOW)).toBeUndefined();
});

it.each([
  ['#1d4ed8', '#1d4ed8', '#ffffff'],
  ['#FFEEAA', '#FFEEAA', '#13201f'],
  [null, '#0b7a63', '#ffffff'],
  ['red;background:url(https://a.example)', '#0b7a63', '#ffffff'],
  ['url(https://a.example/x)', '#0b7a63', '#ffffff'],
])('paints %s as %s with words in %s', (background, backgroundColor, color) => {
  const style = {};
  paint({ style }, background);
  expect(style).toEqual({ backgroundColor, color });
});
