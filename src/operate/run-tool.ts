import dotenv from 'dotenv';
import { type Config, ConfigError, loadConfig } from '../config/env';
import { openDatabaseBeside } from '../embedded/open-database';
import { StartError } from '../errors/start-error';
import { connectMongo, disconnectMongo } from '../models/connect';

/** A fault of what the operator asked for: its message is all that is printed. */
export class ToolError extends Error {}

/** Runs a command-line tool with the server's own settings; the exit code is 1 when it fails, with the reason on standard error. */
export function runTool(tool: (config: Config, args: string[]) => Promise<void>): void {
  dotenv.config({ quiet: true });
  Promise.resolve()
    .then(() => tool(loadConfig(), process.argv.slice(2)))
    .catch((error: unknown) => {
      const isExpected =
        error instanceof ConfigError || error instanceof StartError || error instanceof ToolError;
      console.error(isExpected ? error.message : error);
      process.exitCode = 1;
    });
}

/** Connects to the server's database for the time of `task`, also beside a running server. */
export async function withDatabase<T>(config: Config, task: () => Promise<T>): Promise<T> {
  const database = await openDatabaseBeside(config, (line) => console.error(line));
  try {
    await connectMongo(database.uri, config.mongo.dbName);
    return await task();
  } finally {
    await disconnectMongo();
    await database.stop();
  }
}
