/** `npm run seed`: three people with a few chats to try Parley with, on the same database as the server, also beside it. */
import { config as loadDotenv } from 'dotenv';
import { createMediaGround } from '../src/app-media';
import { createServices } from '../src/app-services';
import { type Config, ConfigError, loadConfig } from '../src/config/env';
import { createLogger, type Logger } from '../src/config/logger';
import { createConnections } from '../src/delivery/connections';
import { openDatabaseBeside } from '../src/embedded/open-database';
import { createEventBus } from '../src/events/event-bus';
import { connectMongo, disconnectMongo } from '../src/models/connect';
import { createIndexes } from '../src/models/indexes';
import { createNodeLease } from '../src/nodes/node-lease';
import { createMemoryCache } from '../src/providers/cache/memory.cache';
import { createMailProvider } from '../src/providers/mail';
import { createPrometheusMetrics } from '../src/providers/metrics/prometheus.metrics';
import { createSmsProvider } from '../src/providers/sms';
import { loadSigningKey } from '../src/services/signing-key.service';
import { systemClock } from '../src/types/clock';
import { PEOPLE, seedWorld } from './seed-world';

async function main(): Promise<void> {
  loadDotenv({ quiet: true });
  const config = loadConfig();
  if (config.isProduction) throw new ConfigError(['NODE_ENV is production, where no made-up people belong']);
  const logger = createLogger({ level: 'warn', isProduction: false });
  const database = await openDatabaseBeside(config, (line) => console.log(line));
  try {
    await connectMongo(database.uri, config.mongo.dbName);
    await createIndexes();
    await seed(config, logger);
  } finally {
    await disconnectMongo();
    await database.stop();
  }
  report(config);
}

async function seed(config: Config, logger: Logger): Promise<void> {
  const bus = createEventBus((name, cause) => logger.error(`A listener of ${name} failed`, { cause }));
  const signingKey = await loadSigningKey(config.jwt, config);
  const clock = systemClock;
  const node = createNodeLease({ logger });
  const services = createServices({
    config,
    logger,
    bus,
    clock,
    connections: createConnections(),
    sms: createSmsProvider(config.sms, { logger }),
    mail: createMailProvider(config.mail, { logger }),
    metrics: createPrometheusMetrics(),
    signingKey,
    media: createMediaGround({ config, clock, logger, bus, secret: signingKey.mediaSecret, node }),
    node,
    cache: createMemoryCache({ clock, alonePeriod: node.alonePeriod }),
  });
  try {
    await seedWorld(services, bus);
  } finally {
    await services.journal.stop();
    await services.receipts.stop();
  }
}

function report({ otp, port }: Config): void {
  const code = otp.fixedCode === undefined ? 'the code that is sent to it' : `the code ${otp.fixedCode}`;
  const people = PEOPLE.map(({ name, phoneNumber }) => `  ${name.padEnd(8)} ${phoneNumber}`);
  console.log(['These people are there, with a few chats:', ...people].join('\n'));
  console.log(
    `Sign in with a number and ${code}, on the page at http://localhost:${port}/ or by POST /api/auth/send-otp.`,
  );
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
});
