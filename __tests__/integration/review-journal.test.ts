/** The journal where answers get lost and readers are in haste. */
import os from 'node:os';
import mongoose from 'mongoose';
import { createLogger } from '../../src/config/logger';
import { createEventBus } from '../../src/events/event-bus';
import { createJournal } from '../../src/journal/journal';
import { ChatModel } from '../../src/models/chat.model';
import { CONNECT_OPTIONS } from '../../src/models/connect';
import { createIndexes } from '../../src/models/indexes';
import { MembershipModel } from '../../src/models/membership.model';
import { MessageModel } from '../../src/models/message.model';
import { buildChat, newId, openJournal, readLog, text } from '../support/journal';
import { testMongoUri, uniqueDbName } from '../support/mongo';
import { clockAhead } from '../support/native-world';
import { noOthers } from '../support/nodes';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';

const dbName = uniqueDbName('review');
const direct = new mongoose.mongo.MongoClient(testMongoUri(), { runtimeAdapters: { os } });
let proxy: TcpProxy;

beforeAll(async () => {
  const target = new URL(testMongoUri());
  proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
  target.port = String(proxy.port);
  mongoose.set('autoIndex', false);
  await mongoose.connect(target.href, {
    ...CONNECT_OPTIONS,
    dbName,
    serverSelectionTimeoutMS: 300,
    heartbeatFrequencyMS: 500,
    connectTimeoutMS: 500,
  });
  await createIndexes();
});
/** Whatever the last test did to the connection, it is there again. */
beforeEach(async () => {
  while (
    await mongoose.connection.db?.command({ ping: 1 }).then(
      () => false,
      () => true,
    )
  );
});
afterAll(async () => {
  await mongoose.disconnect();
  await direct.close();
  await proxy.stop();
});

/** A journal on a clock that can be moved. */
function openWithClock(clock: { now(): Date }) {
  const logger = createLogger({ level: 'silent', isProduction: false });
  const announced: string[] = [];
  const heard: Array<() => void> = [];
  const bus = createEventBus((_name, error) => {
    throw error;
  });
  bus.on('messages.created', ({ messages }) => {
    announced.push(...messages.map(({ tempId }) => tempId ?? ''));
    for (const look of heard.splice(0)) look();
  });
  const journal = createJournal({ bus, logger, clock, maxPending: 100_000, others: noOthers() });
  const untilAnnounced = async (count: number) => {
    while (announced.length < count) await new Promise<void>((resolve) => heard.push(resolve));
  };
  return { ...journal, announced, untilAnnounced };
}

/** Resolves when the message is in the database, asked past the proxy. */
async function stored(tempId: string): Promise<void> {
  const messages = direct.db(dbName).collection(MessageModel.collection.name);
  for (;;) if (await messages.findOne({ tempId, senderId: { $exists: true } }, { hint: '_id_' })) return;
}

describe('a message that was stored while its confirmation was lost', () => {
  it('is refused to its sender in time, and announced and counted once the database is back', async () => {
    const clock = clockAhead();
    const journal = openWithClock(clock);
    const [senderId, readerId] = [newId(), newId()];
    const chatId = await buildChat([senderId, readerId]);
    await journal.append({ chatId, senderId, content: text('warm'), tempId: 'warm' });
    await journal.untilAnnounced(1);
    const entry = { chatId, senderId, content: text('unsure'), tempId: 'unsure' };
    proxy.mute();
    const sent = journal.append(entry).catch((error) => error);
    await stored('unsure');
    proxy.shut();
    clock.advance(11_000);
    expect(await sent).toMatchObject({ code: 'unavailable' });
    expect(journal.announced).toEqual(['warm']);
    proxy.open();
    await journal.untilAnnounced(2);
    expect(journal.announced).toEqual(['warm', 'unsure']);
    expect((await journal.append(entry)).isNew).toBe(false);
    await journal.settle([chatId]);
    expect(await ChatModel.findById(chatId).lean()).toMatchObject({ seq: 2, count: 2 });
    expect(journal.announced).toEqual(['warm', 'unsure']);
    await journal.stop();
  });

  it('is announced before what is written after it', async () => {
    const clock = clockAhead();
    const journal = openWithClock(clock);
    const senderId = newId();
    const chatId = await buildChat([senderId]);
    const send = (tempId: string) => journal.append({ chatId, senderId, content: text(tempId), tempId });
    await send('one');
    await journal.untilAnnounced(1);
    proxy.mute();
    const second = send('two').catch((error) => error);
    await stored('two');
    proxy.shut();
    clock.advance(11_000);
    expect(await second).toMatchObject({ code: 'unavailable' });
    const third = send('three');
    proxy.open();
    await third;
    await journal.untilAnnounced(3);
    expect(journal.announced).toEqual(['one', 'two', 'three']);
    expect((await readLog(chatId)).map(({ tempId }) => tempId)).toEqual(['one', 'two', 'three']);
    await journal.stop();
  });
});

describe('an answer that does not come at all', () => {
  it('keeps nobody waiting who sends or changes a message', async () => {
    const clock = clockAhead();
    const journal = openWithClock(clock);
    const senderId = newId();
    const chatId = await buildChat([senderId]);
    const { message } = await journal.append({ chatId, senderId, content: text('warm') });
    proxy.mute();
    const asked = [
      journal.append({ chatId, senderId, content: text('lost') }),
      journal.amend(chatId, message._id, () => ({ content: text('lost') })),
    ];
    clock.advance(11_000);
    const outcomes = await Promise.allSettled(asked);
    proxy.shut();
    proxy.open();
    expect(outcomes.map((o) => o.status === 'rejected' && o.reason.code)).toEqual(
      Array(2).fill('unavailable'),
    );
    await journal.stop();
  });
});

describe('settling', () => {
  it('waits for everyone who asks at once, also while an earlier write is under way', async () => {
    const journal = openJournal();
    const senderId = newId();
    const chatId = await buildChat([senderId, newId()]);
    for (let round = 1; round <= 40; round += 1) {
      await journal.append({ chatId, senderId, content: text('a') });
      const first = journal.settle([chatId]);
      await journal.append({ chatId, senderId, content: text('b') });
      const seen = async () => {
        await journal.settle([chatId]);
        const [chat, own] = await Promise.all([
          ChatModel.findById(chatId).lean(),
          MembershipModel.findOne({ chatId, userId: senderId }).lean(),
        ]);
        return [chat?.seq, own?.readSeq];
      };
      expect(await Promise.all([seen(), seen(), seen()])).toEqual(Array(3).fill([2 * round, 2 * round]));
      await first;
    }
    await journal.stop();
  });
});
