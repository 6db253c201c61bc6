import { createLogger } from '../../src/config/logger';
import { createLogTail } from '../../src/journal/log-tail';
import { LogNewsModel } from '../../src/models/log-news.model';
import { useDatabase } from '../support/user-fixtures';

useDatabase('tail');
afterEach(() => jest.restoreAllMocks());

const logger = createLogger({ level: 'silent', isProduction: false });
const news = (node: string, events: string[] = []) => ({ node, at: new Date(), chats: [], events });

/** A tail that keeps what it hears. */
function follow(nodeId: string, silentMs?: number) {
  const heard: string[] = [];
  const waiting: Array<() => void> = [];
  let missed = 0;
  const note = () => {
    for (const look of waiting.splice(0)) look();
  };
  const tail = createLogTail({
    nodeId,
    logger,
    ...(silentMs === undefined ? {} : { silentMs }),
    async onNews({ events = [] }) {
      heard.push(...events);
      note();
    },
    onMissed() {
      missed += 1;
      note();
    },
  });
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return { ...tail, heard, missed: () => missed, until };
}

it('hears what others tell from the moment it is open, in order, and not what this node tells', async () => {
  const tail = follow('me');
  await tail.open();
  await LogNewsModel.create(news('other', ['1']));
  await LogNewsModel.create(news('me', ['mine']));
  await LogNewsModel.create(news('third', ['2', '3']));
  await tail.until(() => tail.heard.length >= 3);
  expect(tail.heard).toEqual(['1', '2', '3']);
  expect(tail.missed()).toBe(0);
  await tail.close();
});

it('says that something was missed when others could not name all of it', async () => {
  const tail = follow('me');
  await tail.open();
  await LogNewsModel.create({ ...news('other'), isCut: true });
  await tail.until(() => tail.missed() === 1);
  await tail.close();
});

it('says so, and goes on with what comes next, when it cannot read on from where it stopped', async () => {
  const tail = follow('me');
  await tail.open();
  await LogNewsModel.create(news('other', ['before']));
  await tail.until(() => tail.heard.length === 1);
  await LogNewsModel.collection.drop();
  await tail.until(() => tail.missed() >= 1);
  await LogNewsModel.create(news('other', ['after']));
  await tail.until(() => tail.heard.includes('after'));
  await tail.close();
});

it('asks nothing more of a stream that was closed while an answer was on its way', async () => {
  // The driver would answer at once that nothing is new, again and again, and the process would do nothing else any more.
  const stream = LogNewsModel.collection.watch();
  jest.spyOn(LogNewsModel.collection, 'watch').mockReturnValueOnce(stream as never);
  let answer = () => {};
  const ask = jest.spyOn(stream, 'tryNext');
  ask.mockRejectedValue(new Error('asked of a closed stream'));
  ask.mockReturnValueOnce(new Promise((resolve) => (answer = () => resolve(null))));
  const tail = follow('me');
  await tail.open();
  const closed = tail.close();
  answer();
  await closed;
  expect(ask).toHaveBeenCalledTimes(1);
});

it('has more patience each time with a stream whose first answer takes long, as it can after a long sleep', async () => {
  const { collection } = LogNewsModel;
  const watch = collection.watch.bind(collection);
  let opened = 0;
  jest.spyOn(collection, 'watch').mockImplementation((...args) => {
    opened += 1;
    const stream = watch(...args);
    const ask = stream.tryNext.bind(stream);
    jest.spyOn(stream, 'tryNext').mockImplementationOnce(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1300));
      return ask();
    });
    return stream as never;
  });
  // Above the second for which the database holds back an answer without news.
  const tail = follow('me', 1100);
  await tail.open();
  await LogNewsModel.create(news('other', ['late']));
  await tail.until(() => tail.heard.includes('late'));
  expect(opened).toBeGreaterThan(1);
  expect(tail.missed()).toBe(0);
  await tail.close();
});
