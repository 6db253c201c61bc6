/** WebRTC signals between two people in a live call: who may send one to whom, and to which of their sockets it goes. */
import { AppError, forbidden, notFound } from '../errors/app-error';
import type { CallSignalName, CallSignalTarget } from '../events/domain-events';
import type { EventBus } from '../events/event-bus';
import { CallModel, type CallParticipant, type CallRecord, type CallType } from '../models/call.model';
import type { Actor } from '../types/actor';
import type { CallService } from './call.service';
import { isLive, participantOf } from './call-machine';
import { checkSignal, packSignal } from './call-signal';
import type { CallStore } from './call-store';

export interface SignalInput {
  callerId: string;
  calleeId: string;
  signal?: unknown;
  /** Not given: the live call the two are in. */
  callId?: string | undefined;
}

export interface CallSignalling {
  /**
   * Calls somebody with an offer; with a `callId`, or while the actor's call rings there already, the offer is for that call.
   * @throws as `startCall` and `pass` do.
   */
  callUser(actor: Actor, input: SignalInput & { type: CallType }): Promise<CallRecord>;
  /**
   * Passes a signal on, as it is: to the device the other is in the call with, or to all of them while it rings there. A first offer is
   * kept for devices that come while it rings.
   * @throws forbidden when the actor's id does not stand where the role wants it; not_found when the two are in no live call
   * together; conflict on a device that is not the one in the call; validation_failed for the signal.
   */
  pass(actor: Actor, name: CallSignalName, input: SignalInput): Promise<CallRecord>;
}

export function createCallSignalling(deps: {
  store: CallStore;
  bus: EventBus;
  startCall: CallService['startCall'];
}): CallSignalling {
  const { store, bus, startCall } = deps;

  async function findCall({ callId, callerId, calleeId }: SignalInput): Promise<CallRecord> {
    const calls = callId === undefined ? await store.findLive([callerId]) : await findById(callId);
    const call = calls.find((one) => isEngaged(one, callerId) && isEngaged(one, calleeId));
    if (!call) throw notFound('The call');
    return call;
  }

  async function pass(actor: Actor, name: CallSignalName, input: SignalInput): Promise<CallRecord> {
    const { callerId, calleeId } = input;
    const otherId = otherOf(actor.userId, name, input);
    const signal = checkSignal(input.signal);
    const call = await findCall(input);
    const own = participantOf(call, actor.userId);
    if (own?.state === 'joined' && own.deviceId !== actor.deviceId)
      throw new AppError('conflict', 'You are in this call on another device');
    if (name === 'call-user') {
      if (own?.state !== 'joined') throw notFound('The call');
      await keepOffer(String(call._id), actor.userId, signal);
    }
    bus.emit('call.signalled', { call, name, callerId, calleeId, signal, to: targetOf(call, otherId) });
    return call;
  }

  /** While a call of two rings, its newest offer is what a device that comes later needs. */
  async function keepOffer(callId: string, userId: string, signal: unknown): Promise<void> {
    if (signal === null) return;
    const offer = packSignal(signal);
    await store.change(
      callId,
      (call) => {
        const isFirst = !call.isGroup && call.status === 'ringing' && String(call.callerId) === userId;
        return isFirst ? { call: { ...call, offer }, stops: [], ends: [] } : undefined;
      },
      { isSilent: true },
    );
  }

  return {
    pass,

    async callUser(actor, { type, ...input }) {
      if (input.callId !== undefined) return pass(actor, 'call-user', input);
      const { calleeId, signal } = input;
      if (input.callerId !== actor.userId) throw forbidden('callerId must be your own id');
      const { call, isNew } = await startCall(actor, { target: { calleeId }, type, signal });
      return isNew ? call : pass(actor, 'call-user', { ...input, callId: String(call._id) });
    },
  };
}

/** The one of the two ids that is not the actor's. */
function otherOf(userId: string, name: CallSignalName, { callerId, calleeId }: SignalInput): string {
  const isOwn = name === 'ice-candidate' ? [callerId, calleeId].includes(userId) : callerId === userId;
  if (!isOwn)
    throw forbidden(`${name === 'ice-candidate' ? 'callerId or calleeId' : 'callerId'} must be your own id`);
  if (callerId === calleeId) throw forbidden('The other id must be somebody else’s');
  return callerId === userId ? calleeId : callerId;
}

async function findById(callId: string): Promise<CallRecord[]> {
  const call = await CallModel.findById(callId).lean();
  return call ? [call] : [];
}

function isEngaged(call: CallRecord, userId: string): boolean {
  const state = participantOf(call, userId)?.state;
  return isLive(call) && (state === 'ringing' || state === 'joined');
}

function targetOf(call: CallRecord, userId: string): CallSignalTarget {
  const other: CallParticipant | undefined = participantOf(call, userId);
  return { userId, deviceId: other?.state === 'joined' ? other.deviceId : undefined };
}
