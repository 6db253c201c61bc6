import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import mongoose, { type mongo } from 'mongoose';
import { embeddedUri } from '../../src/embedded/replica-set';
import { createLogTail } from '../../src/journal/log-tail';
import { CONNECT_OPTIONS, connectMongo, disconnectMongo } from '../../src/models/connect';
import { LogNewsModel } from '../../src/models/log-news.model';
import { captureLog } from '../support/log-capture';
import { type OwnMongod, startOwnMongod } from '../support/own-mongod';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';

const MAX_ROUNDS = 200;
const LOOK_AGAIN_MS = 100;
const dbPath = mkdtempSync(path.join(os.tmpdir(), 'parley-oplog-'));
let mongod: OwnMongod;
let proxy: TcpProxy;
/** Goes past the proxy, as other nodes do. */
let others: mongo.MongoClient;

beforeAll(async () => {
  mongod = await startOwnMongod(dbPath, ['--oplogSize', '1', '--syncdelay', '1']);
  proxy = await startTcpProxy({ host: '127.0.0.1', port: mongod.port });
  others = await mongoose.mongo.MongoClient.connect(mongod.uri, CONNECT_OPTIONS);
  await connectMongo(embeddedUri(proxy.port), 'parley');
});
afterAll(async () => {
  await disconnectMongo();
  await others?.close();
  await proxy?.stop();
  await mongod?.stop();
  rmSync(dbPath, { recursive: true, force: true, maxRetries: 5 });
});

const tell = (event: string) =>
  others
    .db('parley')
    .collection(LogNewsModel.collection.name)
    .insertOne({ node: 'other', at: new Date(), chats: [], events: [event] });

/** Writes until the oplog has let go of everything up to now. */
async function overrunOplog(): Promise<void> {
  const oplog = others.db('local').collection('oplog.rs');
  const oldest = async () =>
    (await oplog.find().sort({ $natural: 1 }).limit(1).next())?.ts as mongo.Timestamp;
  const last = (await oplog.find().sort({ $natural: -1 }).limit(1).next())?.ts as mongo.Timestamp;
  for (let round = 0; (await oldest()).lessThanOrEqual(last); round += 1) {
    if (round === MAX_ROUNDS) throw new Error('The oplog keeps everything');
    const filling = Array.from({ length: 64 }, () => ({ filling: 'x'.repeat(16_384) }));
    await others.db('other').collection<object>('filling').insertMany(filling);
    // What a checkpoint does not hold yet stays in the oplog, and a thread of its own looks for what may go.
    await delay(LOOK_AGAIN_MS);
  }
}

it('a node that was away for longer than the oplog reaches back says that it missed something, and hears what comes next', async () => {
  const { logger, lines } = captureLog({ isProduction: false });
  const heard: string[] = [];
  let onHeard = () => {};
  let onMissed = () => {};
  const tail = createLogTail({
    nodeId: 'me',
    logger,
    onNews: async ({ events = [] }) => {
      heard.push(...events);
      onHeard();
    },
    onMissed: () => onMissed(),
  });
  const hears = () => new Promise<void>((resolve) => (onHeard = resolve));
  const missed = new Promise<void>((resolve) => (onMissed = resolve));
  await tail.open();
  let next = hears();
  await tell('before');
  await next;

  proxy.shut();
  await tell('meanwhile');
  await overrunOplog();
  proxy.open();

  await missed;
  expect(lines.join('')).toContain('the oplog does not reach back far enough');
  next = hears();
  await tell('after');
  await next;
  expect(heard).toEqual(['before', 'after']);
  await tail.close();
});
