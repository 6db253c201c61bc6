import { createServer, type Server as HttpServer } from 'node:http';
import { type AddressInfo, Server as NetServer } from 'node:net';
import type { Express } from 'express';
import type { Server } from 'socket.io';
import { createActivityWriting } from './app-activity';
import { createCallsJob } from './app-calls';
import { createExpress } from './app-http';
import { createMediaGround } from './app-media';
import { countPushes, startMeasuring } from './app-metrics';
import { createNodeLife } from './app-nodes';
import { createPeopleJob } from './app-people';
import { createPushGround } from './app-push';
import { createServices, type Foundation } from './app-services';
import { createSockets } from './app-sockets';
import { createStoriesJob } from './app-stories';
import type { Config } from './config/env';
import { createLogger, type Logger } from './config/logger';
import { createConnections } from './delivery/connections';
import { StartError } from './errors/start-error';
import { createEventBus, type EventBus } from './events/event-bus';
import { closeListener } from './helpers/shutdown';
import { createExpiryJob } from './jobs/expire-messages';
import { createErasureJob } from './jobs/resume-erasures';
import { createRevocationWatch } from './jobs/watch-revocations';
import { connectMongo, disconnectMongo } from './models/connect';
import { databaseId } from './models/database-id';
import { migrate } from './models/migrate';
import { onDatabaseReach } from './models/reach';
import { fromWire, toWire } from './models/wire-form';
import { createNodeLease } from './nodes/node-lease';
import { createCache } from './providers/cache';
import { createMailProvider } from './providers/mail';
import { createPrometheusMetrics } from './providers/metrics/prometheus.metrics';
import { createPushProvider } from './providers/push';
import type { PushProvider } from './providers/push/push.port';
import { connectRedis } from './providers/redis';
import { createSmsProvider } from './providers/sms';
import type { SmsProvider } from './providers/sms/sms.port';
import { loadSigningKey } from './services/signing-key.service';
import { createSlowConsumerWatch } from './socket/slow-consumers';
import { type Clock, systemClock } from './types/clock';

/** What tests, and nobody else, may replace. */
export interface Overrides {
  clock?: Clock;
  logger?: Logger;
  sms?: SmsProvider;
  push?: PushProvider;
}

export interface App {
  http: HttpServer;
  io: Server;
  express: Express;
  bus: EventBus;
  /** Connects, makes indexes, brings projections up to date, listens; resolves to the port. */
  start(): Promise<number>;
  /** Stops without losing anything: finishes what was accepted, writes what is pending, closes every connection. */
  stop(): Promise<void>;
}

/**
 * The composition root: the one place that knows every part. `config.mongo.uri` must be set.
 * @throws Error when keys or providers cannot be set up.
 */
export async function createApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const { uri, dbName } = config.mongo;
  if (uri === undefined) throw new Error('createApp needs config.mongo.uri');
  const logger =
    overrides.logger ?? createLogger({ level: config.logLevel, isProduction: config.isProduction });
  const bus = createEventBus((name, error) => logger.error(`A listener of ${name} failed`, { cause: error }));
  const signingKey = await loadSigningKey(config.jwt, config);
  const clock = overrides.clock ?? systemClock;
  const node = createNodeLease({ logger });
  const media = createMediaGround({ config, clock, logger, bus, secret: signingKey.mediaSecret, node });
  const base: Foundation = {
    config,
    logger,
    bus,
    clock,
    connections: createConnections(),
    sms: overrides.sms ?? createSmsProvider(config.sms, { logger }),
    mail: createMailProvider(config.mail, { logger }),
    metrics: createPrometheusMetrics(),
    signingKey,
    media,
    node,
    cache: createCache(config, { clock, logger, wire: { toWire, fromWire }, alonePeriod: node.alonePeriod }),
  };
  const services = createServices(base);
  const redis = connectRedis(config.redis, logger);
  const revocations = createRevocationWatch(base);
  const expiry = createExpiryJob({
    ...base,
    journal: services.journal,
    library: media.library,
    isMine: node.isFirst,
  });
  const erasures = createErasureJob({
    resume: services.accountService.resumeErasures,
    logger,
    isMine: node.isFirst,
  });
  const contactFeeds = createPeopleJob(base, services);
  const callWatch = createCallsJob(base, services);
  const activity = createActivityWriting(base, services);
  const storyRemains = createStoriesJob(base);
  const pushProvider = overrides.push ?? createPushProvider(config.push);
  const push = createPushGround(base, services, countPushes(pushProvider, base.metrics));
  const unfollow = onDatabaseReach((isAway) => {
    if (isAway) logger.error('The database is away: requests and events are refused until it answers');
    else logger.info('The database answers again');
  });
  let isDraining = false;
  const http = createServer();
  const express = createExpress({ base, services, redis, isDraining: () => isDraining });
  http.on('request', express);
  const { io, plain } = createSockets(http, base, services);
  const measuring = startMeasuring(base.metrics, {
    ...base,
    journal: services.journal,
    transports: () => io.engine.clientsCount + plain.size(),
  });
  const slowConsumers = createSlowConsumerWatch(io, logger);
  const life = createNodeLife(base, services, { io, plain }, push);

  async function start(): Promise<number> {
    await connectMongo(uri ?? '', dbName);
    measuring.watchDatabase();
    await migrate({ log: (line) => logger.info(line) });
    await base.cache.open(await databaseId());
    await services.journal.recover();
    await life.join();
    await push.start();
    revocations.start();
    expiry.start();
    erasures.start();
    contactFeeds.start();
    callWatch.start();
    activity.start();
    storyRemains.start();
    slowConsumers.start();
    plain.start();
    await media.start();
    const port = await listen(http, config);
    media.listensOn(port);
    return port;
  }

  async function stop(): Promise<void> {
    isDraining = true;
    // Not http's own close, which would cut connections that still wait for their answer.
    NetServer.prototype.close.call(http);
    const watches = [revocations, callWatch, slowConsumers, media];
    const jobs = [...watches, expiry, erasures, contactFeeds, storyRemains, activity];
    await Promise.all(jobs.map((job) => job.stop()));
    await services.indexer.stop();
    await services.journal.stop();
    await services.receipts.stop();
    await push.stop();
    services.typing.stop();
    await leaveNodes();
    // Not disconnectSockets, which clients take for a farewell: of a connection that just ends they try to make a new one.
    await Promise.all([io.close(), plain.stop()]);
    await services.activity.stop().catch((cause) => logger.warn('Activity is lost', { cause }));
    life.stop();
    await closeListener(http);
    redis?.disconnect();
    base.cache.stop();
    unfollow();
    await disconnectMongo();
  }

  /** What cannot be taken out of the record is left to the lease's end. */
  async function leaveNodes(): Promise<void> {
    try {
      await services.presence.stop();
      await life.leave(true);
    } catch (cause) {
      logger.warn('Sockets are left in the record for the next start', { cause });
      await life.leave(false);
    }
  }

  return { http, io, express, bus, start, stop };
}

function listen(http: HttpServer, { host, port }: Config): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(listenError(error, host, port));
    http.once('error', onError);
    http.listen(port, host, () => {
      http.off('error', onError);
      resolve((http.address() as AddressInfo).port);
    });
  });
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new StartError(`Port ${port} is in use. Stop what listens there, or set another PORT.`, error);
  if (error.code === 'EACCES')
    return new StartError(`This user may not listen on port ${port}. Set a PORT above 1023.`, error);
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new StartError(`HOST ${host} is no address of this machine.`, error);
  return error;
}
