/** `npm run db:migrate`: brings the database to this version, before the version starts or while an older one still serves. */
import { openDatabaseBeside } from '../embedded/open-database';
import { loadAllModels } from '../models/load-all';
import { migrate } from '../models/migrate';
import { runTool, withDatabase } from './run-tool';

runTool((config) =>
  withDatabase(config, openDatabaseBeside, async () => {
    loadAllModels();
    await migrate({ log: (line) => console.log(line) });
    console.log('The database is up to date');
  }),
);
