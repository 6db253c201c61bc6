import type { Config } from './config/env';
import { OFFLINE_GRACE_MS } from './config/limits';
import type { Logger } from './config/logger';
import type { Connections } from './delivery/connections';
import { createPushAcks } from './delivery/push-acks';
import { startCallPushes } from './delivery/push-calls';
import { startContactPushes } from './delivery/push-contacts';
import { createPushFollower } from './delivery/push-follower';
import { createMessagePushes } from './delivery/push-messages';
import { createPushOwed } from './delivery/push-owed';
import { createPushQueue } from './delivery/push-queue';
import { startReadPushes } from './delivery/push-reads';
import { createPushTold } from './delivery/push-told';
import { type EventBus, hereOnly } from './events/event-bus';
import type { Journal } from './journal/journal.types';
import type { NodeLease } from './nodes/node-lease';
import type { Cache } from './providers/cache/cache.port';
import type { PushProvider } from './providers/push/push.port';
import { whoMissed } from './services/missed-calls';
import { createConnectedElsewhere } from './services/presence-store';
import { createPushFacts } from './services/push-facts';
import { createPushMarks } from './services/push-marks';
import { createPushProgress, forgetPushProgress } from './services/push-progress';
import type { PushDevice, PushTokenService } from './services/push-token.service';
import type { RosterService } from './services/roster.service';
import type { Clock } from './types/clock';

/** A notification that was sent so long before a crash may have been read in its last moment. */
const READ_LATE_MS = 24 * 3_600_000;

interface PushBase {
  config: Config;
  logger: Logger;
  bus: EventBus;
  clock: Clock;
  connections: Connections;
  node: NodeLease;
  cache: Cache;
}

interface PushServices {
  journal: Pick<Journal, 'settle'>;
  rosters: RosterService;
  pushTokens: PushTokenService;
}

/** Pushes: to be started before anybody is served, and stopped after the last message was written. */
export interface PushGround {
  start(): Promise<void>;
  /** Decides what a node that ended left undecided. */
  catchUp(): void;
  stop(): Promise<void>;
}

/** Everything that brings news to devices without a connection; nothing at all where no provider is configured. */
export function createPushGround(base: PushBase, services: PushServices, provider: PushProvider): PushGround {
  return provider.isConfigured ? createPushes(base, services, provider) : createNoPushes(base);
}

function createNoPushes({ logger }: PushBase): PushGround {
  return {
    async start() {
      logger.info('Push: none (no Firebase credentials); devices hear what happened when they connect');
      // Should pushes come later, they begin then.
      await forgetPushProgress();
    },
    catchUp: () => undefined,
    stop: async () => undefined,
  };
}

function createPushes(base: PushBase, services: PushServices, provider: PushProvider): PushGround {
  const { clock, logger, node } = base;
  // The node that did something has it pushed.
  const bus = hereOnly(base.bus);
  const { journal, rosters, pushTokens: tokens } = services;
  const overdueWaitMs = OFFLINE_GRACE_MS;
  const isConnected = whoIsConnected(base.connections);
  const facts = createPushFacts({ journal, clock, cache: base.cache });
  const marks = createPushMarks({ clock, logger });
  const queue = createPushQueue({ provider, dropToken: tokens.drop, clock, logger });
  const connectedElsewhere = createConnectedElsewhere(node);
  const reach = { tokens, isConnected, connectedElsewhere };
  const common = { bus, clock, logger, rosters, ...reach, facts, marks, queue, overdueWaitMs };
  const pushes = createMessagePushes({ ...common, acks: createPushAcks(bus), told: createPushTold() });
  const follower = createPushFollower({ ...common, pushes });
  const { decidedBefore } = follower;
  const progress = createPushProgress({ clock, logger, decidedBefore, writeMarks: marks.flush });
  const calls = startCallPushes({ ...common, whoMissed });
  const contacts = startContactPushes(common);
  const kinds = { chat: pushes.requeue, call: calls.requeue, request: contacts.requeue };
  const owed = createPushOwed({ ...common, kinds });
  const reads = startReadPushes(common);

  async function recover(since: Date): Promise<void> {
    await owed.takeOver();
    await calls.recover(since, overdueWaitMs);
    await contacts.recover(since, overdueWaitMs);
    await reads.recover(new Date(since.getTime() - READ_LATE_MS));
  }

  return {
    async start() {
      logger.info(`Push: ${provider.name}`);
      const since = await progress.begin();
      const isAlone = !node.hasOthers();
      if (isAlone) await recover(since);
      owed.start();
      follower.start(progress, isAlone);
    },

    catchUp() {
      follower.catchUp();
      owed.takeOver().catch((cause) => logger.warn('What an ended node owed could not be read', { cause }));
    },

    async stop() {
      pushes.stop();
      await follower.stop();
      await reads.stop();
      await owed.stop();
      await queue.stop();
      await marks.stop();
      await progress.stop();
      await provider.stop();
    },
  };
}

/** A device has a connection when a socket says so by its id, or by the session that brought its token. */
function whoIsConnected(connections: Connections): (device: PushDevice) => boolean {
  return ({ userId, deviceId, sessionId }) =>
    connections
      .ofUser(userId)
      .some((connection) => connection.deviceId === deviceId || connection.sessionId === sessionId);
}
