import type { Server } from 'socket.io';
import type { Foundation, Services } from './app-services';

/** How this server lives beside others on one database: what it does when they come and go. */
export function createNodeLife(
  base: Foundation,
  services: Services,
  { io, catchUpPushes }: { io: Server; catchUpPushes: () => void },
) {
  const { node, connections } = base;
  const { journal, presence, rosters, callConnections } = services;
  const { share } = journal;

  /** What was said meanwhile nobody here heard. Clients ask for it when they connect. */
  function reconnectAll(): void {
    for (const socket of io.of('/').sockets.values()) socket.conn.close();
  }

  return {
    /** Takes a place among the nodes, after what those that ended left behind. */
    async join(): Promise<void> {
      await node.join({
        checkpoint: share.checkpoint,
        hearOthers: () => share.hear(reconnectAll),
        async takeOver({ _id, checkpoint, until }) {
          await share.takeOver({ _id, checkpoint });
          await presence.reapNode(_id, until < new Date() ? until : new Date());
          await callConnections.noteStart();
          catchUpPushes();
        },
        othersWent() {
          rosters.forgetAll();
          presence.sweepLater();
        },
        async lapsed() {
          rosters.forgetAll();
          await presence.reconcile([...connections.all()]);
          reconnectAll();
        },
        missed() {
          rosters.forgetAll();
          reconnectAll();
        },
      });
      await presence.reapStale(node.others());
      presence.sweepLater();
    },

    leave: (isClean: boolean) => node.leave(isClean),
  };
}
