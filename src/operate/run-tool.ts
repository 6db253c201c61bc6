import { readFileSync } from 'node:fs';
import path from 'node:path';
import dotenv from 'dotenv';
import { type Config, ConfigError, loadConfig } from '../config/env';
import type { openDatabase } from '../embedded/open-database';
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

/** Connects to the database that `open` opens for the time of `task`. */
export async function withDatabase<T>(
  config: Config,
  open: typeof openDatabase,
  task: () => Promise<T>,
): Promise<T> {
  const database = await open(config, (line) => console.error(line));
  try {
    await connectMongo(database.uri, config.mongo.dbName);
    return await task();
  } finally {
    await disconnectMongo();
    await database.stop();
  }
}

/** The version in package.json. */
export function parleyVersion(): string {
  const text = readFileSync(path.join(__dirname, '../../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
