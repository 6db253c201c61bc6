/** `npm run restore -- <folder> [--replace | --check]`: puts a backup back, or only looks whether it is whole. */
import path from 'node:path';
import { openDatabase } from '../embedded/open-database';
import { loadAllModels } from '../models/load-all';
import { migrate } from '../models/migrate';
import { giveBack } from './backup/give-back';
import { readManifest } from './backup/manifest';
import { verifyBackup } from './backup/verify';
import { runTool, ToolError, withDatabase } from './run-tool';

const USAGE = 'npm run restore -- <folder of a backup> [--replace | --check]';

runTool(async (config, args) => {
  const options = args.filter((arg) => arg.startsWith('--'));
  const [given, ...more] = args.filter((arg) => !arg.startsWith('--'));
  const isKnown = options.every((option) => ['--replace', '--check'].includes(option));
  if (given === undefined || more.length > 0 || !isKnown) throw new ToolError(USAGE);
  const folder = path.resolve(given);
  const manifest = await readManifest(folder);
  // Before anything is dropped.
  await verifyBackup(folder, manifest);
  if (options.includes('--check')) return console.log(`${folder} is whole, from ${manifest.takenAt}`);
  // Not beside a running server, which would go on with what it remembers of the old data.
  await withDatabase(config, openDatabase, async () => {
    loadAllModels();
    await giveBack(config, folder, manifest, { replace: options.includes('--replace') });
    await migrate({ log: (line) => console.log(line) });
  });
  console.log(`Restored the backup of ${manifest.takenAt}; keys and settings were not part of it`);
});
