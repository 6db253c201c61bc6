import type { CallEndStatus, RingEnd } from '../events/domain-events';
import type { EventBus } from '../events/event-bus';
import type { CallRecord } from '../models/call.model';
import { presentCall } from '../presenters/call.presenter';
import type { FanOut } from './fan-out';

/** The words of calls, the same in every Socket.IO dialect (contract section 1). */
export const CALL_EVENTS = ['call-user', 'answer-call', 'ice-candidate', 'end-call', 'call_updated'] as const;

/** Rings, stops ringing, passes signals on, and tells all parties of every change of a call. */
export function startCallDelivery({ bus, fanOut }: { bus: EventBus; fanOut: FanOut }): void {
  bus.on('call.ringing', ({ call, userIds, signal = null }) => {
    const callerId = String(call.callerId);
    for (const calleeId of userIds) {
      const payload = { callerId, calleeId, signal, ...factsOf(call) };
      fanOut.tell([calleeId], () => ({ event: 'call-user', payload }));
    }
  });

  bus.on('call.signalled', ({ call, name, callerId, calleeId, signal, to }) => {
    const facts = name === 'call-user' ? factsOf(call) : { callId: String(call._id) };
    const payload = { callerId, calleeId, signal, ...facts };
    fanOut.tell(
      [to.userId],
      () => ({ event: name, payload }),
      ({ deviceId, socketId }) => {
        if (to.socketId !== undefined) return socketId === to.socketId;
        return to.deviceId === undefined || deviceId === to.deviceId;
      },
    );
  });

  function tellEnd(
    call: CallRecord,
    userId: string,
    status: RingEnd | CallEndStatus,
    byId: string,
    but?: string,
  ) {
    const payload = { callId: String(call._id), status, userId: byId, peerId: peerOf(call, userId, byId) };
    fanOut.tell(
      [userId],
      () => ({ event: 'end-call', payload }),
      ({ socketId }) => socketId !== but,
    );
  }

  bus.on('call.ring-ended', ({ call, userIds, why, byId, socketId }) => {
    for (const userId of userIds) tellEnd(call, userId, why, byId ?? userId, socketId);
  });

  bus.on('call.hung-up', ({ call, userIds, status, byId }) => {
    for (const userId of userIds) tellEnd(call, userId, status, byId);
  });

  bus.on('call.updated', ({ call }) => {
    const payload = { call: presentCall(call) };
    const parties = call.participants.map(({ userId }) => String(userId));
    fanOut.tell(parties, () => ({ event: 'call_updated', payload }));
  });
}

/** What a ringing device is told of its call besides who calls. */
function factsOf(call: CallRecord) {
  return { callId: String(call._id), type: call.type, call: presentCall(call) };
}

/** The other end of an `end-call`: who is told, or for one's own doing the other of the two, in a group the caller. */
function peerOf(call: CallRecord, toId: string, byId: string): string {
  if (toId !== byId) return toId;
  const callerId = String(call.callerId);
  if (callerId !== byId) return callerId;
  return call.participants.map(({ userId }) => String(userId)).find((id) => id !== byId) ?? byId;
}
