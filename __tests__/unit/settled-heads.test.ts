import { readSettledHeads } from '../../src/journal/heads';
import { MessageModel } from '../../src/models/message.model';
import { newObjectId } from '../../src/models/object-id';

type Concern = 'local' | 'majority';

/** A log in which `revOf` says how far a look sees, at each look anew. */
function logWith(revOf: (concern: Concern, look: number) => number) {
  const chatId = newObjectId();
  const looks = { local: 0, majority: 0 };
  jest.spyOn(MessageModel.collection, 'aggregate').mockImplementation(((
    pipeline: Array<Record<string, Record<string, number>>>,
    { readConcern }: { readConcern: Concern },
  ) => {
    // The number of a change and that of a message are read by a query each.
    if (pipeline[1]?.$sort?.rev) looks[readConcern] += 1;
    const value = revOf(readConcern, looks[readConcern]);
    return { toArray: async () => [{ _id: chatId, value, count: value }] };
  }) as never);
  return String(chatId);
}

afterEach(() => jest.restoreAllMocks());

describe('heads that a majority has', () => {
  it('wait for what was written before they were asked for, not for what is written meanwhile', async () => {
    // A majority is always one look behind, as in a chat in which somebody writes all the time.
    const chatId = logWith((concern, look) => (concern === 'local' ? 10 + look : 9 + look));
    expect((await readSettledHeads([chatId])).get(chatId)?.rev).toBe(11);
  });

  it('do not wait for what a fail-over took back', async () => {
    const chatId = logWith((concern, look) => (concern === 'local' && look === 1 ? 12 : 10));
    expect((await readSettledHeads([chatId])).get(chatId)?.rev).toBe(10);
  });
});
