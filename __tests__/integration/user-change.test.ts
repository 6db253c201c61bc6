import { UserChangeModel } from '../../src/models/user-change.model';
import { createUserChangeService } from '../../src/services/user-change.service';
import { storeUser, useDatabase } from '../support/user-fixtures';

useDatabase('user_changes');

describe('a user’s own feed', () => {
  it('numbers changes 1, 2, 3 ... for each user, and keeps the latest value of a key', async () => {
    const feed = createUserChangeService();
    const [{ id: me }, { id: other }] = [await storeUser(), await storeUser()];
    expect(await feed.record(me, 'star:a', true)).toBe(1);
    expect(await feed.record(me, 'star:b', true)).toBe(2);
    expect(await feed.record(other, 'star:a', true)).toBe(1);
    expect(await feed.record(me, 'star:a', null)).toBe(3);
    expect(await feed.since(me, 0)).toEqual({
      states: [
        { key: 'star:b', value: true, userRev: 2 },
        { key: 'star:a', value: null, userRev: 3 },
      ],
      userRev: 3,
      isComplete: true,
    });
    expect(await feed.since(me, 2)).toMatchObject({ states: [{ key: 'star:a' }], userRev: 3 });
    expect(await feed.since(me, 3)).toEqual({ states: [], userRev: 3, isComplete: true });
  });

  it('gives every number once when two nodes write for one user at the same time', async () => {
    const { id } = await storeUser();
    const nodes = [createUserChangeService(), createUserChangeService()];
    const revs = await Promise.all(
      Array.from({ length: 40 }, (_, i) => nodes[i % 2]?.record(id, `key:${i}`, i)),
    );
    expect(revs.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(await UserChangeModel.countDocuments({ userId: id })).toBe(40);
  });

  it('loses nothing when two nodes write the same keys', async () => {
    const { id } = await storeUser();
    const nodes = [createUserChangeService(), createUserChangeService()];
    await Promise.all(Array.from({ length: 30 }, (_, i) => nodes[i % 2]?.record(id, `key:${i % 3}`, i)));
    const { states, userRev } = await createUserChangeService().since(id, 0);
    expect(states).toHaveLength(3);
    expect(userRev).toBe(30);
  });

  it('is read page by page, each going on where the last one ended', async () => {
    const feed = createUserChangeService();
    const { id } = await storeUser();
    for (const key of ['a', 'b', 'c']) await feed.record(id, key, key);
    const first = await feed.since(id, 0, 2);
    expect(first).toMatchObject({ userRev: 2, isComplete: false });
    expect(await feed.since(id, first.userRev, 2)).toMatchObject({
      states: [{ key: 'c' }],
      userRev: 3,
      isComplete: true,
    });
  });

  it('brings a device that knows a number from another life back to ours', async () => {
    const { id } = await storeUser();
    expect(await createUserChangeService().since(id, 99)).toEqual({
      states: [],
      userRev: 0,
      isComplete: true,
    });
  });
});
