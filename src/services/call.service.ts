import { forbidden, notFound } from '../errors/app-error';
import type { EventBus } from '../events/event-bus';
import { CallModel, type CallRecord } from '../models/call.model';
import { mayRing } from '../policies/contact.policy';
import type { Actor } from '../types/actor';
import { answer, type HangUpWord, hangUp, participantOf, takeOut } from './call-machine';
import { checkSignal } from './call-signal';
import { type CallStartDeps, createStartCall, type StartInput } from './call-start';
import { findMemberships } from './chat-access';
import { relationsOf } from './relation.service';

export interface AnswerInput {
  callId: string;
  /** The call's caller, for whom the signal is. */
  callerId: string;
  calleeId: string;
  signal?: unknown;
}

export interface CallService {
  startCall(actor: Actor, input: StartInput): Promise<{ call: CallRecord; isNew: boolean }>;
  /**
   * Joins a call that rings, or a group's that goes on, and hands the caller the answer's signal.
   * @throws not_found; forbidden for an id that is not one's own; conflict as in `call-machine.ts`; validation_failed for the signal.
   */
  answerCall(actor: Actor, input: AnswerInput): Promise<CallRecord>;
  /** Declines, cancels or leaves a call, whichever it is for the actor now; a call that is over stays as it is. @throws not_found */
  endCall(actor: Actor, callId: string, word?: HangUpWord): Promise<CallRecord>;
  /** The same for `end-call`, which names who ends it. @throws forbidden when that is somebody else; not_found */
  endCallAs(actor: Actor, callId: string, userId: string, word?: HangUpWord): Promise<CallRecord>;
  /** A call one is or was a participant of. @throws not_found */
  getCall(userId: string, callId: string): Promise<CallRecord>;
  /** Takes the user out of the live call that `concerns` names, if there is one; of any when it is not given. */
  takeOutOfCalls(userId: string, concerns?: (call: CallRecord) => boolean): Promise<void>;
}

export interface CallServiceDeps extends CallStartDeps {
  bus: EventBus;
  isConnected: (userId: string, socketId: string) => boolean;
}

export function createCallService(deps: CallServiceDeps): CallService {
  const { store, bus, isConnected } = deps;

  const endCall: CallService['endCall'] = (actor, callId, word) =>
    store.change(
      callId,
      (call, now) => {
        assertTakesPart(call, actor.userId);
        return hangUp(call, actor, now, word);
      },
      actor,
    );

  return {
    startCall: createStartCall(deps),

    async answerCall(actor, { callId, callerId, calleeId, signal }) {
      if (calleeId !== actor.userId) throw forbidden('calleeId must be your own id');
      const answered = checkSignal(signal);
      const call = await store.change(
        callId,
        async (found, now) => {
          if (String(found.callerId) !== callerId) throw notFound('The call');
          await assertInvited(actor.userId, found);
          return answer(found, actor, now, isConnected);
        },
        actor,
      );
      const caller = participantOf(call, callerId);
      if (caller?.state === 'joined' && callerId !== calleeId) {
        const to = { userId: callerId, deviceId: caller.deviceId };
        bus.emit('call.signalled', { call, name: 'answer-call', callerId, calleeId, signal: answered, to });
      }
      return call;
    },

    endCall,

    async endCallAs(actor, callId, userId, word) {
      if (userId !== actor.userId) throw forbidden('userId must be your own id');
      return endCall(actor, callId, word);
    },

    async getCall(userId, callId) {
      const call = await CallModel.findById(callId).lean();
      if (!call) throw notFound('The call');
      assertTakesPart(call, userId);
      return call;
    },

    async takeOutOfCalls(userId, concerns = () => true) {
      for (const { _id } of (await store.findLive([userId])).filter(concerns)) {
        await store.change(String(_id), (call, now) => takeOut(call, userId, now));
      }
    },
  };
}

/** To everybody else a call does not exist. @throws not_found */
function assertTakesPart(call: CallRecord, userId: string): void {
  if (!participantOf(call, userId)) throw notFound('The call');
}

/** Who was called may answer; in a group also any other member, as long as they are one. @throws not_found, forbidden on a block. */
async function assertInvited(userId: string, call: CallRecord): Promise<void> {
  if (!call.isGroup) return assertTakesPart(call, userId);
  const [membership] = await findMemberships(userId, [String(call.chatId)]);
  if (!membership) throw notFound('The call');
  if (participantOf(call, userId)) return;
  const callerId = String(call.callerId);
  const facts = (await relationsOf(callerId, [userId])).get(userId);
  if (facts && !mayRing(facts)) throw forbidden('You cannot join this call');
}
