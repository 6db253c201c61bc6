/** What of the stories is to be seen now, by this device's clock. */

/** @typedef {import('../types').FeedEntry} FeedEntry */

/** The feed without what has ended since it was read. @param {import('../types').State} state @param {number} [now] @returns {FeedEntry[]} */
export function currentFeed(state, now = Date.now()) {
  return state.stories.flatMap((entry) => {
    const stories = entry.stories.filter(({ expiresAt }) => Date.parse(expiresAt) > now);
    if (stories.length === 0) return [];
    return [{ ...entry, stories, allViewed: stories.every(({ viewed }) => viewed) }];
  });
}

/** One's own part of it, if there is one. @param {import('../types').State} state @param {number} [now] */
export function ownStories(state, now = Date.now()) {
  return currentFeed(state, now).find(({ user }) => user.id === state.me?.id);
}

/** What others show, in the order of the feed: those with something new first. @param {import('../types').State} state @param {number} [now] */
export function othersStories(state, now = Date.now()) {
  const others = currentFeed(state, now).filter(({ user }) => user.id !== state.me?.id);
  return [...others.filter(({ allViewed }) => !allViewed), ...others.filter(({ allViewed }) => allViewed)];
}
