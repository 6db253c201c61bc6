/** Three mongods as one replica set, to be killed, stopped and started again. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { withAdmin } from '../../src/embedded/replica-set';
import { freePort } from '../bench/free-port';
import type { Processes } from './processes';

const SET_NAME = 'chaos';
const MEMBERS = 3;
/** Shorter than MongoDB's own 10 s, so that a run sees several elections; longer than a loaded machine's hiccups. */
const ELECTION_TIMEOUT_MS = 4_000;
const START_TIMEOUT_MS = 60_000;
/** What only the primary has of the writes of this time is rolled back when it is killed. */
const ALONE_MS = 400;
const HALT_WITHIN_MS = 20_000;

interface Member {
  port: number;
  process: ChildProcess;
}

export interface ReplicaSet {
  uri: string;
  client: mongo.MongoClient;
  /** Where the primary is among the members; undefined while there is none. */
  primary(): Promise<number | undefined>;
  stepDown(): Promise<void>;
  /** Kills a member, so many places after the primary, and starts it again after a while. */
  killMember(place: number, forMs: number): Promise<void>;
  /** Kills the primary while the others fetch nothing from it: what is written `meanwhile` is rolled back when it comes again. */
  rollBack(forMs: number, meanwhile?: () => Promise<unknown>): Promise<void>;
  /** Resolves when all members are there and have caught up. */
  untilWhole(): Promise<void>;
}

/** Starts the set on fresh directories below `dir`. */
export async function startReplicaSet(
  binary: string,
  dir: string,
  processes: Processes,
): Promise<ReplicaSet> {
  const ports: number[] = [];
  for (let i = 0; i < MEMBERS; i += 1) ports.push(await freePort());
  const start = (i: number): Member => {
    const port = ports[i] ?? 0;
    const dbPath = path.join(dir, `member-${i}`);
    mkdirSync(dbPath, { recursive: true });
    const args = [
      '--replSet',
      SET_NAME,
      '--bind_ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--dbpath',
      dbPath,
    ];
    args.push(
      '--oplogSize',
      '256',
      '--wiredTigerCacheSizeGB',
      '0.25',
      '--setParameter',
      'notablescan=1',
      '--setParameter',
      'enableTestCommands=1',
      '--quiet',
    );
    const { PATH = '' } = process.env;
    const logFile = path.join(dir, `member-${i}.log`);
    return { port, process: processes.start(binary, args, { env: { PATH }, cwd: dir, logFile }) };
  };
  const members = ports.map((_, i) => start(i));
  const hosts = ports.map((port) => `127.0.0.1:${port}`);
  await untilAnswers(() => initiate(ports[0] ?? 0, hosts));
  const uri = `mongodb://${hosts.join(',')}/?replicaSet=${SET_NAME}`;
  const client = await mongo.MongoClient.connect(uri, {
    serverSelectionTimeoutMS: START_TIMEOUT_MS,
    // The driver's dynamic import of `os` fails inside Jest.
    runtimeAdapters: { os },
  });
  const admin = client.db('admin');

  async function states(): Promise<Array<{ name: string; stateStr: string; optimeDate: Date }>> {
    return (await admin.command({ replSetGetStatus: 1 })).members;
  }

  async function primary(): Promise<number | undefined> {
    const name = (await states().catch(() => [])).find(({ stateStr }) => stateStr === 'PRIMARY')?.name;
    return name === undefined ? undefined : hosts.indexOf(name);
  }

  async function untilPrimary(): Promise<number> {
    for (;;) {
      const found = await primary();
      if (found !== undefined) return found;
      await delay(200);
    }
  }

  async function kill(i: number): Promise<void> {
    const member = members[i];
    if (!member) throw new Error(`there is no member ${i}`);
    await processes.kill(member.process);
  }

  return {
    uri,
    client,
    primary,

    async stepDown() {
      await untilPrimary();
      // The connection of the primary is cut by it, which is no failure.
      await admin
        .command({ replSetStepDown: 10, secondaryCatchUpPeriodSecs: 2, force: true })
        .catch(() => undefined);
    },

    async killMember(place, forMs) {
      const i = ((await untilPrimary()) + place) % MEMBERS;
      await kill(i);
      await delay(forMs);
      members[i] = start(i);
    },

    async rollBack(forMs, meanwhile = () => delay(ALONE_MS)) {
      const first = await untilPrimary();
      const others = ports.filter((_, i) => i !== first);
      await Promise.all(others.map((port) => fetching(port, false)));
      try {
        await meanwhile();
      } finally {
        await kill(first);
        await Promise.all(others.map((port) => fetching(port, true)));
        // Were it back before there is another primary, it would be asked for what it alone has.
        await untilPrimary();
        await delay(forMs);
        members[first] = start(first);
      }
    },

    untilWhole: () =>
      untilAnswers(async () => {
        const found = await states();
        const newest = Math.max(...found.map(({ optimeDate }) => optimeDate.getTime()));
        const isWhole = found.every(
          ({ stateStr, optimeDate }) =>
            ['PRIMARY', 'SECONDARY'].includes(stateStr) && newest - optimeDate.getTime() < 3000,
        );
        if (!isWhole) throw new Error('the replica set does not become whole again');
      }),
  };
}

async function initiate(port: number, hosts: string[]): Promise<void> {
  const members = hosts.map((host, _id) => ({ _id, host }));
  const settings = { electionTimeoutMillis: ELECTION_TIMEOUT_MS };
  await withAdmin(port, (admin) => admin.command({ replSetInitiate: { _id: SET_NAME, members, settings } }));
}

/** Halts a secondary's fetching of what the primary writes, or lets it go on: MongoDB's own tests do it so. */
async function fetching(port: number, isOn: boolean): Promise<void> {
  const point = 'stopReplProducer';
  await withAdmin(port, async (admin) => {
    const mode = isOn ? 'off' : 'alwaysOn';
    const { count } = await admin.command({ configureFailPoint: point, mode });
    if (isOn) return;
    await admin.command({ waitForFailPoint: point, timesEntered: count + 1, maxTimeMS: HALT_WITHIN_MS });
  });
}

async function untilAnswers(work: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(200);
    }
  }
}
