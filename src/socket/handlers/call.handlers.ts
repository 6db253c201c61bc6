import { presentCall } from '../../presenters/call.presenter';
import type { CallService } from '../../services/call.service';
import type { HangUpWord } from '../../services/call-machine';
import type { CallSignalling } from '../../services/call-signalling.service';
import type { EventHandler } from '../event-router';

/** The four events of call signalling (seed 003, contract section 7). */
export function createCallHandlers(deps: { calls: CallService; signalling: CallSignalling }) {
  const { calls, signalling } = deps;
  return {
    'call-user': async (actor, payload) => {
      const type = payload.type === 'video' ? 'video' : 'audio';
      const call = await signalling.callUser(actor, { ...pairOf(payload), type });
      return { callId: String(call._id), call: presentCall(call) };
    },
    'answer-call': async (actor, payload) => {
      const call = await calls.answerCall(actor, { ...pairOf(payload), callId: idOf(payload.callId) });
      return { call: presentCall(call) };
    },
    'ice-candidate': async (actor, payload) => {
      await signalling.pass(actor, 'ice-candidate', pairOf(payload));
      return {};
    },
    'end-call': async (actor, { callId, userId, status }) => {
      const word = status == null ? undefined : (status as HangUpWord);
      const call = await calls.endCallAs(actor, idOf(callId), idOf(userId), word);
      return { call: presentCall(call) };
    },
  } satisfies Record<string, EventHandler>;
}

function idOf(value: unknown): string {
  return String(value).toLowerCase();
}

function pairOf({ callerId, calleeId, callId, signal }: Record<string, unknown>) {
  return {
    callerId: idOf(callerId),
    calleeId: idOf(calleeId),
    callId: callId == null ? undefined : idOf(callId),
    signal,
  };
}
