import mongoose, { type mongo } from 'mongoose';
import { compareIndexes } from '../../models/indexes';
import { pendingMigrations } from '../../models/migrate';
import { type Finding, fail, ok, reason, warn } from './finding';
import { diskFindings } from './machine';

const LEAST_VERSION = 6;
const CLOCK_WARN_MS = 2000;
const CLOCK_FAIL_MS = 30_000;
const LAG_WARN_SECONDS = 10;

function db(): mongo.Db {
  return mongoose.connection.db as mongo.Db;
}

/** Version, members, and the room of the connected database; what this user may not ask is left out. */
export async function checkDatabase(): Promise<Finding[]> {
  const { version } = await db().command({ buildInfo: 1 });
  const isOld = Number.parseInt(version, 10) < LEAST_VERSION;
  const findings: Finding[] = isOld
    ? [
        fail(
          `MongoDB ${version}`,
          `Upgrade it to ${LEAST_VERSION}.0 or later, one major version after the other.`,
        ),
      ]
    : [ok(`MongoDB ${version}`)];
  findings.push(...(await checkMembers()));
  const { fsTotalSize, fsUsedSize } = await db().command({ dbStats: 1 });
  if (typeof fsTotalSize === 'number')
    findings.push(...diskFindings('the database', fsTotalSize - fsUsedSize));
  return findings;
}

interface Member {
  name: string;
  health: number;
  stateStr: string;
  optimeDate?: Date;
}

async function checkMembers(): Promise<Finding[]> {
  let members: Member[];
  try {
    members = (await db().admin().command({ replSetGetStatus: 1 })).members;
  } catch (error) {
    return [
      warn(
        `the state of the replica set is not told: ${reason(error)}`,
        'Give the user the role clusterMonitor, if you want it watched.',
      ),
    ];
  }
  const primary = members.find(({ stateStr }) => stateStr === 'PRIMARY');
  const bad = members.filter(
    ({ health, stateStr }) => health !== 1 || !['PRIMARY', 'SECONDARY', 'ARBITER'].includes(stateStr),
  );
  const lag = (member: Member) => (Number(primary?.optimeDate) - Number(member.optimeDate)) / 1000;
  const late = members.filter((member) => member.stateStr === 'SECONDARY' && lag(member) > LAG_WARN_SECONDS);
  const findings: Finding[] = [];
  for (const { name, stateStr } of bad)
    findings.push(
      fail(
        `member ${name} is ${stateStr}`,
        'Start it, or take it out of the set: one more that fails may leave no majority.',
      ),
    );
  for (const member of late)
    findings.push(
      warn(
        `member ${member.name} is ${lag(member)} s behind`,
        'Look at its disk and network: majority writes may wait for it.',
      ),
    );
  if (members.length === 1)
    findings.push(ok('replica set of one: data is as safe as this one disk and its backups'));
  else if (bad.length + late.length === 0) findings.push(ok(`replica set of ${members.length}, all well`));
  return findings;
}

/** Tokens, codes and calls end by the clock; nodes and database must agree on it. */
export async function checkClock(): Promise<Finding[]> {
  const before = Date.now();
  const { localTime } = await db().command({ hello: 1 });
  const here = (before + Date.now()) / 2;
  const offBy = Math.abs(here - (localTime as Date).getTime());
  const what = `the clock is ${(offBy / 1000).toFixed(1)} s off from the database's`;
  const mend = 'Let both machines follow a time server (chrony or systemd-timesyncd).';
  if (offBy > CLOCK_FAIL_MS) return [fail(what, mend)];
  return [offBy > CLOCK_WARN_MS ? warn(what, mend) : ok(what)];
}

/** Is the database that of this version, with every index. */
export async function checkSchema(): Promise<Finding[]> {
  const pending = await pendingMigrations();
  const { missing, undeclared } = await compareIndexes();
  const findings: Finding[] = pending.map((what) => fail(what, mendOf(what)));
  if (missing.length > 0)
    findings.push(
      fail(
        `${missing.length} indexes are missing: ${missing.join(', ')}`,
        'npm run db:migrate makes them; a start does the same.',
      ),
    );
  for (const name of undeclared)
    findings.push(
      warn(
        `the index ${name} is not one of Parley's`,
        'Drop it, if nobody else needs it: each index costs at every write.',
      ),
    );
  if (findings.length === 0) findings.push(ok('migrations and indexes are those of this version'));
  return findings;
}

function mendOf(what: string): string {
  if (what.includes('restore')) return 'Run npm run restore again with the same backup.';
  return what.includes('newer')
    ? 'Start that version, or restore a backup from before.'
    : 'npm run db:migrate; a start does the same.';
}
