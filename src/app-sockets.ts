import type { Server as HttpServer } from 'node:http';
import type { Server } from 'socket.io';
import {
  createDialectChoice,
  createEvents,
  createOutbounds,
  createPlainServers,
  socketIoDialects,
} from './app-dialects';
import { startPeopleDelivery } from './app-people';
import type { Foundation, Services } from './app-services';
import { startStoriesDelivery } from './app-stories';
import { startCallDelivery } from './delivery/call-delivery';
import { startChatDelivery } from './delivery/chat-delivery';
import { createFanOut } from './delivery/fan-out';
import { startMessageDelivery } from './delivery/message-delivery';
import type { Outbound } from './delivery/outbound';
import { startPresenceDelivery } from './delivery/presence-delivery';
import { startReceiptDelivery } from './delivery/receipt-delivery';
import { createRecentMessages } from './delivery/recent-messages';
import { originRule } from './middlewares/security';
import { assertDatabase } from './models/reach';
import { presentDevices, presentSelf } from './presenters/user.presenter';
import { createSocketAuthenticator } from './socket/authenticate';
import { createEventRouter } from './socket/event-router';
import { createNativeHandlers } from './socket/handlers';
import { createIoServer, serveSockets } from './socket/io-server';
import type { PlainServer } from './socket/plain/plain-server';
import { guardUpgrades } from './socket/plain/upgrade-gate';

/** At the end a connection has this long to close in order, Socket.IO's too. */
const LEAVE_WITHIN_MS = 1000;

/** The connections that are not Socket.IO's. */
export interface PlainConnections {
  size(): number;
  start(): void;
  /** Ends all of them; clients come back after that. */
  endAll(): void;
  stop(): Promise<void>;
}

/** Builds the live side: the Socket.IO server, its events, the plain WebSockets of dialects, and delivery to all of them. */
export function createSockets(
  http: HttpServer,
  base: Foundation,
  services: Services,
): { io: Server; plain: PlainConnections } {
  const { config, bus, connections, logger } = base;
  const io = createIoServer(http, {
    origin: originRule(config.allowedOrigins, config.isProduction),
    transports: config.sockets.transports,
  });
  const outbounds = createOutbounds(base, services);
  const authenticator = createSocketAuthenticator({
    verifyAccess: services.tokenService.verifyAccess,
    connections,
    presence: services.presence,
    bus,
    viewSelf: async (userId) => presentSelf(await services.userService.getSelf(userId), base.media.signer),
    chooseDialect: createDialectChoice(base, socketIoDialects(base)),
    logger,
  });
  const route = createEventRouter({
    ...createEvents(base, services, createHandlers(base, services)),
    authenticate: authenticator.onAuthenticate,
    eventsPerWindow: config.rateLimit.socketEventsPer10s,
    assertServing: assertDatabase,
    logger,
    onServed: base.metrics.eventServed,
    settled: base.cache.settled,
    onDoubt: base.cache.dropAll,
  });
  serveSockets({ io, authenticator, route, connections, bus, onGone: services.typing.clearSocket });
  const servers = createPlainServers(base, services);
  const plain = openPlainSockets(http, base, [...servers.values()]);
  startDelivery(io, base, services, { outbounds, servers });
  return { io, plain };
}

function openPlainSockets(
  http: HttpServer,
  { logger }: Foundation,
  servers: PlainServer[],
): PlainConnections {
  const gate = guardUpgrades(http, { servers, logger });
  return {
    size: () => servers.reduce((sum, server) => sum + server.size(), 0),
    start() {
      for (const server of servers) server.start();
    },
    endAll() {
      for (const server of servers) server.endAll();
    },
    async stop() {
      gate.close();
      await Promise.all(servers.map((server) => server.stop()));
      await gate.empty(LEAVE_WITHIN_MS);
    },
  };
}

function createHandlers(base: Foundation, services: Services) {
  const { deviceService, chatViews, presentMessages } = services;
  return createNativeHandlers({
    message: {
      messages: services.messages,
      reactions: services.reactions,
      presentMessages,
      clock: base.clock,
      signer: base.media.signer,
    },
    receipts: services.receipts,
    chat: { viewChat: chatViews.oneForViewer, typing: services.typing, presence: services.presence },
    device: {
      registerDevice: deviceService.registerDevice,
      removeDevice: deviceService.removeDevice,
      presentDevices,
    },
    sync: services.sync,
    call: { calls: services.calls, signalling: services.callSignalling },
  });
}

function startDelivery(
  io: Server,
  base: Foundation,
  services: Services,
  spoken: { outbounds: ReadonlyMap<string, Outbound>; servers: ReadonlyMap<string, PlainServer> },
): void {
  const { bus, connections } = base;
  const { rosters, presentMessages, chatViews, presence, presenceAudience, deviceService } = services;
  const emit = (socketIds: string[], event: string, payload: unknown) =>
    io.local.to(socketIds).emit(event, payload);
  const emitters = new Map([...spoken.servers].map(([dialect, server]) => [dialect, server.emit]));
  const fanOut = createFanOut({ connections, outbounds: spoken.outbounds, emit, emitters });
  const recent = createRecentMessages();
  startMessageDelivery({ bus, rosters, fanOut, recent, presentMessages });
  startReceiptDelivery({ bus, fanOut, recent, connections, rosters });
  startCallDelivery({ bus, fanOut });
  startPeopleDelivery(base, services, fanOut);
  startStoriesDelivery(base, fanOut);
  startChatDelivery({ bus, rosters, connections, fanOut, viewChat: chatViews.forViewers });
  startPresenceDelivery({
    bus,
    rosters,
    fanOut,
    audience: presenceAudience,
    isAnnounced: presence.isAnnounced,
    connections,
    viewDevices: async (userId) => presentDevices(await deviceService.listDevices(userId)),
  });
}
