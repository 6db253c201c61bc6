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
import { createPushQueue, type WhoIsElsewhere } from './delivery/push-queue';
import { startReadPushes } from './delivery/push-reads';
import { createPushTold } from './delivery/push-told';
import type { EventBus } from './events/event-bus';
import type { Journal } from './journal/journal.types';
import type { MessageRecord } from './models/message.model';
import type { NodeLease } from './nodes/node-lease';
import type { PushProvider } from './providers/push/push.port';
import { whoMissed } from './services/missed-calls';
import { socketsElsewhere } from './services/presence-store';
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
}

interface PushServices {
  journal: Pick<Journal, 'settle'>;
  rosters: RosterService;
  pushTokens: PushTokenService;
}

/** Pushes: to be started before anybody is served, and stopped after the last message was written. */
export interface PushGround {
  start(): Promise<void>;
  /** It is decided who hears of everything this node wrote before that time. */
  decidedBefore(): Date;
  /** Decides who hears of what a node wrote that ended. */
  takeOver(messages: readonly MessageRecord[]): Promise<void>;
  /** The same for calls and contact requests since then. */
  takeOverOthers(since: Date): Promise<void>;
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
    decidedBefore: () => new Date(),
    takeOver: async () => undefined,
    takeOverOthers: async () => undefined,
    stop: async () => undefined,
  };
}

function createPushes(base: PushBase, services: PushServices, provider: PushProvider): PushGround {
  const { bus, clock, logger } = base;
  const { journal, rosters, pushTokens: tokens } = services;
  const overdueWaitMs = OFFLINE_GRACE_MS;
  const isConnected = whoIsConnected(base.connections);
  const whoIsElsewhere = whoIsOnOtherNodes(base.node);
  const facts = createPushFacts({ journal, clock });
  const marks = createPushMarks({ clock, logger });
  const queue = createPushQueue({ provider, whoIsElsewhere, dropToken: tokens.drop, clock, logger });
  const { hasOthers } = base.node;
  const connected = { isConnected, whoIsElsewhere, hasOthers };
  const common = { bus, clock, logger, rosters, tokens, ...connected, facts, marks, queue, overdueWaitMs };
  const pushes = createMessagePushes({ ...common, acks: createPushAcks(bus), told: createPushTold() });
  const follower = createPushFollower({ ...common, pushes });
  const { decidedBefore } = follower;
  const progress = createPushProgress({ clock, logger, decidedBefore, writeMarks: marks.flush });
  // Of what happened on another node that one pushes.
  const own = { ...common, bus: onlyFromHere(bus) };
  const calls = startCallPushes({ ...own, whoMissed });
  const contacts = startContactPushes(own);
  const kinds = { chat: pushes.requeue, call: calls.requeue, request: contacts.requeue };
  const owed = createPushOwed({ ...common, kinds });
  const reads = startReadPushes(own);

  return {
    async start() {
      logger.info(`Push: ${provider.name}`);
      const since = await progress.begin();
      await owed.start();
      await calls.recover(since, overdueWaitMs);
      await contacts.recover(since, overdueWaitMs);
      await reads.recover(new Date(since.getTime() - READ_LATE_MS));
      follower.start(progress);
    },

    decidedBefore: follower.decidedBefore,
    takeOver: follower.takeOver,
    async takeOverOthers(since) {
      await calls.recover(since, overdueWaitMs);
      await contacts.recover(since, overdueWaitMs);
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

function whoIsOnOtherNodes(node: NodeLease): WhoIsElsewhere {
  return async (devices) => {
    if (devices.length === 0 || !node.hasOthers()) return () => false;
    const sockets = await socketsElsewhere([...new Set(devices.map(({ userId }) => userId))], node.id);
    return ({ userId, deviceId, sessionId }) =>
      (sockets.get(userId) ?? []).some(
        (socket) => socket.deviceId === deviceId || socket.sessionId === sessionId,
      );
  };
}

/** The bus without what other nodes tell of. */
function onlyFromHere(bus: EventBus): EventBus {
  return {
    emit: bus.emit,
    on: (name, listener) =>
      bus.on(name, (event, origin) => (origin === 'here' ? listener(event, origin) : undefined)),
  };
}
