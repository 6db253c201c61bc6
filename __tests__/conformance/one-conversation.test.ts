/** Clients of all seeds talk to each other: each hears each other once, in its own words, with receipts in its own terms. */
import { startWorld, type World } from '../support/native-world';
import { SPEAKERS, type Speaker } from './speakers';

let world: World;
const speakers: Speaker[] = [];
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => {
  for (const one of speakers) one.close();
  await world.stop();
});

async function make(dialect: string, name: string): Promise<Speaker> {
  const found = SPEAKERS.find(([known]) => known === dialect);
  if (!found) throw new Error(`nobody speaks ${dialect}`);
  const one = await found[1](world, name);
  speakers.push(one);
  return one;
}

const pairs = SPEAKERS.flatMap(([a]) => SPEAKERS.map(([b]) => [a, b] as const));

describe('in the private chat of two', () => {
  it.each(pairs)('%s writes, and %s hears it once, reads it, and answers', async (a, b) => {
    const [ann, ben] = [await make(a, 'Ann'), await make(b, 'Ben')];
    const [annsChat, bensChat] = [await ann.open(ben), await ben.open(ann)];
    await ann.say(annsChat, 'Hello Ben', ben);
    const hello = await ben.hears('Hello Ben');
    expect(hello.senderId).toBe(ann.id);
    await ben.reads(bensChat, hello.id);
    await ann.learnsItIsRead(hello.id, ben);
    await ben.say(bensChat, 'Hello Ann', ann);
    expect((await ann.hears('Hello Ann')).senderId).toBe(ben.id);
    // What is said last has come after everything else.
    await ann.say(annsChat, 'Bye', ben);
    await ben.hears('Bye');
    expect(ben.timesHeard('Hello Ben')).toBe(1);
    expect(ann.timesHeard('Hello Ann')).toBe(1);
  });
});

describe('in a group', () => {
  /** The seeds whose clients write into groups; those of seed 003 only hear what is said there. */
  const writing = ['native', 'v1', 'kebab'].filter((name) => SPEAKERS.some(([known]) => known === name));
  const listening = SPEAKERS.flatMap(([name]) => (name === 'direct' ? [name] : []));

  it('two clients of each seed hear all the others once, and each sender hears who has read', async () => {
    const writers = await Promise.all(
      writing.flatMap((name) => [make(name, `${name} one`), make(name, `${name} two`)]),
    );
    const listeners = await Promise.all(listening.map((name) => make(name, `${name} one`)));
    const everybody = [...writers, ...listeners];
    const owner = await world.person('Owner');
    const chatId = await world.group(owner, everybody);
    const textOf = (one: Speaker) => `I am ${one.dialect} ${writers.indexOf(one)}`;
    for (const one of writers) await one.say(chatId, textOf(one), one);

    for (const writer of writers) {
      const others = everybody.filter((one) => one !== writer);
      const heard = await Promise.all(others.map((one) => one.hears(textOf(writer))));
      expect(new Set(heard.map(({ id }) => id)).size).toBe(1);
      expect(new Set(heard.map(({ senderId }) => senderId))).toEqual(new Set([writer.id]));
    }
    const [first, last] = [writers[0], writers.at(-1)] as [Speaker, Speaker];
    const lastId = (await first.hears(textOf(last))).id;
    for (const one of everybody.filter((other) => other !== last)) await one.reads(chatId, lastId);
    for (const writer of writers) {
      const { id } = await (writer === first ? last : first).hears(textOf(writer));
      const readers = everybody.filter((one) => one !== writer && one !== last);
      await Promise.all(readers.map((reader) => writer.learnsItIsRead(id, reader)));
      const counts = everybody.filter((one) => one !== writer).map((one) => one.timesHeard(textOf(writer)));
      expect(new Set(counts)).toEqual(new Set([1]));
    }
  });
});
