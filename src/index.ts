import dotenv from 'dotenv';
import { createApp } from './app';
import { ConfigError, loadConfig } from './config/env';
import { createLogger } from './config/logger';
import { openDatabase } from './embedded/open-database';
import { StartError } from './errors/start-error';
import { stopOnSignals } from './helpers/shutdown';

const FORCE_STOP_AFTER_MS = 4800;

async function main(): Promise<void> {
  dotenv.config({ quiet: true });
  const config = loadConfig();
  const logger = createLogger({ level: config.logLevel, isProduction: config.isProduction });
  process.on('unhandledRejection', (cause) => logger.error('Unhandled rejection', { cause }));
  const mongo = await openDatabase(config, (line) => logger.info(line));
  const app = await createApp({ ...config, mongo: { ...config.mongo, uri: mongo.uri } }, { logger });
  stopOnSignals(
    async () => {
      await app.stop();
      await mongo.stop();
    },
    FORCE_STOP_AFTER_MS,
    (line) => logger.info(line),
  );
  const port = await app.start();
  const url = config.publicUrl ?? `http://localhost:${port}`;
  logger.info(`Parley is listening on port ${port}`);
  logger.info(`Chat page:  ${url}/`);
  logger.info(`Swagger UI: ${url}/api/docs   events: ${url}/api/docs/events`);
  if (config.otp.fixedCode) logger.info(`Development sign-in: every code is ${config.otp.fixedCode}`);
  process.send?.('ready');
}

main().catch((error: unknown) => {
  const isExpected = error instanceof ConfigError || error instanceof StartError;
  process.stderr.write(
    `${isExpected ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
});
