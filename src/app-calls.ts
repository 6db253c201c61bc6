import type { RequestHandler, Router } from 'express';
import type { Config } from './config/env';
import type { Logger } from './config/logger';
import { createCallController } from './controllers/call.controller';
import type { Connections } from './delivery/connections';
import type { EventBus } from './events/event-bus';
import type { Repeater } from './helpers/repeater';
import { createCallWatch } from './jobs/watch-calls';
import type { NodeLease } from './nodes/node-lease';
import { createCallRouter } from './routes/call.routes';
import { createCallService } from './services/call.service';
import { createCallAnalytics } from './services/call-analytics.service';
import { createCallConnections } from './services/call-connections';
import { createCallFeedbackService } from './services/call-feedback.service';
import { listCalls } from './services/call-history.service';
import { createCallSignalling } from './services/call-signalling.service';
import { createCallStore } from './services/call-store';
import { createIceServers } from './services/ice-server.service';
import { hasDeviceElsewhere } from './services/presence-store';
import type { Clock } from './types/clock';

interface CallBase {
  config: Config;
  logger: Logger;
  bus: EventBus;
  clock: Clock;
  connections: Connections;
  node: NodeLease;
}

export type CallServices = ReturnType<typeof createCallServices>;

/** The services of calls. */
export function createCallServices({ config, bus, clock, connections, node }: CallBase) {
  const store = createCallStore({ bus, clock });
  const isConnected = (userId: string, socketId: string) =>
    connections.ofUser(userId).some((connection) => connection.socketId === socketId);
  const hasDevice = async (userId: string, deviceId: string) =>
    connections.hasDevice(userId, deviceId) || hasDeviceElsewhere(userId, deviceId, node.id);
  const { ringSeconds } = config.calls;
  const calls = createCallService({ store, bus, clock, ringSeconds, isConnected });
  return {
    callStore: store,
    calls,
    callSignalling: createCallSignalling({ store, bus, startCall: calls.startCall }),
    callConnections: createCallConnections({ store, bus, hasDevice }),
    callFeedback: createCallFeedbackService({ getCall: calls.getCall, clock }),
  };
}

/** `/api/calls`. */
export function createCallsRouter(
  { config, clock }: CallBase,
  { calls, callFeedback }: CallServices,
  authenticate: RequestHandler,
): Router {
  const iceServers = createIceServers(config.calls, clock);
  const analyse = createCallAnalytics(clock);
  const controller = createCallController({ calls, callFeedback, listCalls, analyse, iceServers });
  return createCallRouter({ controller, authenticate });
}

/** What keeps calls true to the world: times that are over, sockets, blocks, memberships. */
export function createCallsJob({ bus, logger }: CallBase, services: CallServices): Repeater {
  const { callStore, callConnections, calls } = services;
  const { settleDue } = callStore;
  return createCallWatch({
    bus,
    logger,
    settleDue,
    ...callConnections,
    takeOutOfCalls: calls.takeOutOfCalls,
  });
}
