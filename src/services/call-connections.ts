/**
 * What coming and going of sockets means for calls: a device that loses its last one has 15 s to come back, a device that comes
 * while it rings for its user rings too.
 */
import type { EventBus } from '../events/event-bus';
import { createKeyedQueue } from '../helpers/keyed-queue';
import { CallModel, type CallRecord } from '../models/call.model';
import { trusted } from '../models/trusted';
import { noteConnection, participantOf, usersIn } from './call-machine';
import { unpackSignal } from './call-signal';
import type { CallStore } from './call-store';

export interface CallConnections {
  /** A device's socket came or went: notes whether it has any now. */
  note(userId: string, deviceId: string): Promise<void>;
  /** Rings a socket that came while a call rings for its user. */
  ringLate(userId: string, socketId: string): Promise<void>;
  /** After a node ended: whoever was in a call and has no socket lost theirs with it. */
  noteStart(): Promise<void>;
}

export function createCallConnections(deps: {
  store: CallStore;
  bus: EventBus;
  /** Whether the device has a socket, on whichever node. */
  hasDevice: (userId: string, deviceId: string) => Promise<boolean>;
}): CallConnections {
  const { store, bus, hasDevice } = deps;
  const inTurn = createKeyedQueue();

  /** What counts is how things are when it is decided, not which event brought it up. */
  async function noteIn(call: CallRecord, userId: string, deviceId: string): Promise<void> {
    await store.change(
      String(call._id),
      async (found, now) =>
        noteConnection(found, { userId, deviceId, isConnected: await hasDevice(userId, deviceId) }, now),
      { isSilent: true },
    );
  }

  return {
    note: (userId, deviceId) =>
      inTurn(userId, async () => {
        const [call] = await store.findLive([userId]);
        if (call && participantOf(call, userId)?.deviceId === deviceId) await noteIn(call, userId, deviceId);
      }),

    async ringLate(userId, socketId) {
      const [call] = await store.findLive([userId]);
      if (!call || participantOf(call, userId)?.state !== 'ringing') return;
      const [callerId, calleeId] = [String(call.callerId), userId];
      const to = { userId, socketId };
      const signal = unpackSignal(call.offer);
      bus.emit('call.signalled', { call, name: 'call-user', callerId, calleeId, signal, to });
    },

    async noteStart() {
      const live = CallModel.find({ engagedIds: trusted({ $exists: true }) })
        .lean()
        .cursor();
      for await (const call of live) {
        for (const userId of usersIn(call, 'joined')) {
          const { deviceId } = participantOf(call, userId) ?? {};
          if (deviceId !== undefined && !(await hasDevice(userId, deviceId)))
            await noteIn(call, userId, deviceId);
        }
      }
    },
  };
}
