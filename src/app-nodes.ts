import type { Server } from 'socket.io';
import type { PushGround } from './app-push';
import type { Foundation, Services } from './app-services';
import type { PlainConnections } from './app-sockets';
import { watchPrimary } from './models/primary-change';
import { socketEvents } from './models/socket-event.model';
import { fromWire, toWire } from './models/wire-form';
import { type AdapterRedis, connectAdapterRedis } from './providers/redis';
import { adaptToMongo, adaptToRedis } from './socket/adapter';
import { createBridge } from './socket/bridge';

/** How this server lives beside others on one database: what it does when they come and go, and how it speaks to them. */
export function createNodeLife(
  base: Foundation,
  services: Services,
  { io, plain }: { io: Server; plain: Pick<PlainConnections, 'endAll'> },
  push: PushGround,
) {
  const { node, bus, config, logger, cache } = base;
  const { journal, presence, rosters, callConnections } = services;
  const { share } = journal;
  const socketAdapter = config.sockets.adapter;
  let redis: AdapterRedis | undefined;
  let isWarned = false;

  const bridge = createBridge({
    io,
    bus,
    wire: { toWire, fromWire },
    isUseful: () => socketAdapter !== 'memory' && node.hasOthers() && (redis?.isThere() ?? true),
  });

  function startAdapter(): void {
    if (socketAdapter === 'mongo') adaptToMongo(io, socketEvents());
    if (socketAdapter !== 'redis' || !config.redis) return;
    redis = connectAdapterRedis(config.redis);
    adaptToRedis(io, redis.client);
  }

  /** What was said meanwhile nobody here heard. Clients ask for it when they connect. */
  function reconnectAll(): void {
    rosters.forgetAll();
    cache.dropAll();
    for (const socket of io.of('/').sockets.values()) socket.conn.close();
    plain.endAll();
  }

  async function hearOthers(): Promise<void> {
    await share.hear(reconnectAll);
    if (socketAdapter !== 'memory' || isWarned) return;
    isWarned = true;
    logger.warn(
      'Another node serves this database, and SOCKET_ADAPTER is memory: who types, comes, goes and calls here is not told there',
    );
  }

  return {
    /** Takes a place among the nodes, after what those that ended left behind. */
    async join(): Promise<void> {
      startAdapter();
      await node.join({
        checkpoint: share.checkpoint,
        hearOthers,
        async takeOver({ _id, checkpoint, until }) {
          await share.takeOver({ _id, checkpoint });
          // Of what it changed last it may have told nobody.
          cache.dropAll();
          await presence.reapNode(_id, earlier(until, new Date()));
          await callConnections.noteStart();
          push.catchUp();
        },
        othersWent() {
          rosters.forgetAll();
          cache.dropAll();
          presence.sweepLater();
        },
        async lapsed() {
          await presence.reconcile();
          reconnectAll();
        },
        missed: reconnectAll,
      });
      await presence.reapStale(node.others());
      presence.sweepLater();
      watchPrimary(() => presence.failedOver(() => node.others()));
    },

    leave: (isClean: boolean) => node.leave(isClean),

    /** Once nothing is emitted any more. */
    stop() {
      bridge.stop();
      redis?.client.disconnect();
    },
  };
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
