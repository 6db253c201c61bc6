import { createLru } from '../../src/helpers/lru';

describe('a map of bounded size', () => {
  it('lets go of what was not used for longest when it is full', () => {
    const map = createLru<number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect([...map.keys()].sort()).toEqual(['a', 'c']);
  });

  it('forgets what is older than its time', () => {
    const map = createLru<number>(2, 1000);
    map.set('young', 1, { start: performance.now() - 900 });
    map.set('old', 2, { start: performance.now() - 1100 });
    expect([map.get('young'), map.get('old')]).toEqual([1, undefined]);
  });
});
