/** `npm run backup -- [folder]`: the database as it is at one moment, and the uploaded files, while the server goes on. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { openDatabaseBeside } from '../embedded/open-database';
import { loadAllModels } from '../models/load-all';
import { readManifest } from './backup/manifest';
import { takeBackup } from './backup/take';
import { verifyBackup } from './backup/verify';
import { parleyVersion, runTool, ToolError, withDatabase } from './run-tool';

runTool(async (config, args) => {
  const name = `parley-${new Date()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '')}`;
  const folder = path.resolve(args[0] ?? path.join('backups', name));
  if (existsSync(folder)) throw new ToolError(`${folder} exists already; a backup needs a new folder`);
  const { documents, files, gone } = await withDatabase(config, openDatabaseBeside, () => {
    loadAllModels();
    return takeBackup(config, folder, parleyVersion());
  });
  await verifyBackup(folder, await readManifest(folder));
  if (gone > 0) console.log(`${gone} files were removed while the backup ran, and are not in it`);
  if (config.media.store.provider !== 'disk')
    console.log(`The files are with ${config.media.store.provider} and not in the backup`);
  console.log(`Backed up ${documents} documents and ${files} files to ${folder}`);
});
