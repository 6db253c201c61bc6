/** `npm run doctor`: looks at everything a server needs and says of each fault how it is mended. The exit code is 1 when something fails. */
import type { Config } from '../config/env';
import { openDatabaseBeside } from '../embedded/open-database';
import { loadAllModels } from '../models/load-all';
import { checkCalls } from './doctor/calls';
import { checkClock, checkDatabase, checkSchema } from './doctor/database';
import { type Finding, fail, reason } from './doctor/finding';
import { checkKeys } from './doctor/keys';
import { checkDataDir, checkOpenFiles } from './doctor/machine';
import { checkOrigins, checkPublicUrl } from './doctor/network';
import { checkMail, checkMedia, checkPush, checkRedis, checkSms } from './doctor/providers';
import { runTool, withDatabase } from './run-tool';

type Check = (config: Config) => Promise<Finding[]> | Finding[];

const CHECKS: Array<[area: string, check: Check]> = [
  ['data', checkDataDir],
  ['machine', checkOpenFiles],
  ['keys', checkKeys],
  ['redis', checkRedis],
  ['sms', checkSms],
  ['mail', checkMail],
  ['media', checkMedia],
  ['push', checkPush],
  ['calls', checkCalls],
  ['web', checkOrigins],
  ['web', checkPublicUrl],
];

const DATABASE_CHECKS: Array<[area: string, check: Check]> = [
  ['database', checkDatabase],
  ['clock', checkClock],
  ['schema', checkSchema],
];

runTool(async (config) => {
  console.log('ok    settings  complete and in range');
  let failures = 0;
  const look = async ([area, check]: [string, Check]) => {
    const findings = await Promise.resolve()
      .then(() => check(config))
      .catch((error) => [
        fail(reason(error), 'This look itself failed; the message above is all that is known.'),
      ]);
    for (const finding of findings) print(area, finding);
    failures += findings.filter(({ level }) => level === 'fail').length;
  };
  for (const check of CHECKS) await look(check);
  try {
    await withDatabase(config, openDatabaseBeside, async () => {
      loadAllModels();
      for (const check of DATABASE_CHECKS) await look(check);
    });
  } catch (error) {
    const mend =
      'Is it running, the address and password in MONGO_URI right, and the port open to this machine?';
    print('database', fail(reason(error), mend));
    failures += 1;
  }
  console.log(failures === 0 ? '\nNothing is wrong' : `\n${failures} faults`);
  if (failures > 0) process.exitCode = 1;
});

function print(area: string, finding: Finding): void {
  const level = finding.level === 'fail' ? 'FAIL' : finding.level;
  console.log(`${level.padEnd(4)}  ${area.padEnd(8)}  ${finding.what}`);
  if (finding.level !== 'ok') console.log(`                -> ${finding.mend}`);
}
