import { gatherReads } from '../../src/models/gathered-reads';

/** A reading whose answers come when the test says so. */
function slowReading() {
  const asked: string[][] = [];
  const answers: Array<() => void> = [];
  const read = (keys: string[]) => {
    asked.push(keys);
    return new Promise<Map<string, string>>((resolve) => {
      answers.push(() => resolve(new Map(keys.map((key) => [key, `value of ${key}`]))));
    });
  };
  return { asked, read, answer: (at: number) => answers[at]?.() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const keysOf = async (answer: Promise<Map<string, unknown>>) => [...(await answer).keys()];

describe('gathered reads', () => {
  it('read what was asked for at the same time by one query, and give each asker their own', async () => {
    const { asked, read, answer } = slowReading();
    const readMany = gatherReads(read);
    const answers = [readMany(['a', 'b']), readMany(['b']), readMany(['c'])];
    await turn();
    expect(asked).toEqual([['a', 'b', 'c']]);
    answer(0);
    expect(await answers[0]).toEqual(
      new Map([
        ['a', 'value of a'],
        ['b', 'value of b'],
      ]),
    );
    expect(await Promise.all(answers.slice(1).map(keysOf))).toEqual([['b'], ['c']]);
  });

  it('read after an earlier reading what was asked for meanwhile, also what that one reads already', async () => {
    const { asked, read, answer } = slowReading();
    const readMany = gatherReads(read);
    const first = readMany(['a']);
    await turn();
    const later = [readMany(['a']), readMany(['b'])];
    await turn();
    expect(asked).toEqual([['a']]);
    answer(0);
    await first;
    await turn();
    expect(asked).toEqual([['a'], ['a', 'b']]);
    answer(1);
    await Promise.all(later);
  });

  it('do not wait for one that gets no answer', async () => {
    const { read, answer, asked } = slowReading();
    const readMany = gatherReads(read);
    void readMany(['a']);
    await turn();
    const later = readMany(['b']);
    while (asked.length < 2) await turn();
    answer(1);
    expect(await keysOf(later)).toEqual(['b']);
    answer(0);
  });

  it('read no more keys together than they may, but all that one asker names', async () => {
    const { asked, read, answer } = slowReading();
    const readMany = gatherReads(read, { keysAtMost: 3 });
    const answers = [readMany(['a', 'b']), readMany(['c', 'd']), readMany(['e', 'f', 'g', 'h'])];
    for (const [at, one] of answers.entries()) {
      await turn();
      answer(at);
      await one;
    }
    expect(asked).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['e', 'f', 'g', 'h'],
    ]);
  });

  it('read whole batches side by side, at most four, and the rest after them', async () => {
    const { asked, read, answer } = slowReading();
    const readMany = gatherReads(read, { keysAtMost: 1 });
    const answers = ['a', 'b', 'c', 'd', 'e'].map((key) => readMany([key]));
    await turn();
    expect(asked).toEqual([['a'], ['b'], ['c'], ['d']]);
    answer(2);
    await answers[2];
    await turn();
    expect(asked.slice(4)).toEqual([['e']]);
    for (const at of asked.keys()) answer(at);
    await Promise.all(answers);
  });

  it('refuse as unavailable what comes when too much waits, until there is room again', async () => {
    const { asked, read, answer } = slowReading();
    const readMany = gatherReads(read, { waitingAtMost: 2 });
    const first = readMany(['a']);
    await turn();
    const later = readMany(['b', 'c']);
    await expect(readMany(['d'])).rejects.toMatchObject({ code: 'unavailable' });
    answer(0);
    await first;
    await turn();
    const last = readMany(['d']);
    answer(1);
    await later;
    await turn();
    answer(2);
    expect(await keysOf(last)).toEqual(['d']);
    expect(asked).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('end 8 s after they were asked for, also when they could never begin, and are not begun after that', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate'] });
    try {
      const { asked, read } = slowReading();
      const readMany = gatherReads(read, { keysAtMost: 1 });
      const failures: string[] = [];
      const ask = (key: string) => readMany([key]).catch(({ name }) => failures.push(`${key} ${name}`));
      for (const at of Array(17).keys()) void ask(`asker ${at}`);
      for (let round = 0; round < 5; round += 1) {
        await turn();
        await jest.advanceTimersByTimeAsync(250);
      }
      expect({ begun: asked.length, failures }).toEqual({ begun: 16, failures: [] });
      await jest.advanceTimersByTimeAsync(6750);
      await turn();
      expect(failures).toHaveLength(17);
      expect(failures.at(-1)).toBe('asker 16 MongoNetworkTimeoutError');
      await jest.advanceTimersByTimeAsync(1000);
      await turn();
      expect(asked).toHaveLength(16);
    } finally {
      jest.useRealTimers();
    }
  });

  it('fail all who share a reading that fails, and nobody after them', async () => {
    let isBroken = true;
    const readMany = gatherReads(async (keys) => {
      if (isBroken) throw new Error('away');
      return new Map(keys.map((key) => [key, true]));
    });
    const failing = await Promise.allSettled([readMany(['a']), readMany(['b'])]);
    expect(failing.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isBroken = false;
    expect(await keysOf(readMany(['a']))).toEqual(['a']);
  });

  it('answer at once when nothing is asked for, and leave out what is not there', async () => {
    const { asked, read } = slowReading();
    expect(await gatherReads(read)([])).toEqual(new Map());
    expect(asked).toEqual([]);
    const readNothing = gatherReads(async () => new Map<string, string>());
    expect(await readNothing(['a'])).toEqual(new Map());
  });
});
