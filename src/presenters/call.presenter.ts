import type {
  CallParticipant,
  CallRecord,
  CallStatus,
  CallType,
  ParticipantState,
} from '../models/call.model';

/** A call on the wire (contract section 7). */
export interface CallView {
  id: string;
  type: CallType;
  chatId: string | null;
  callerId: string;
  participants: Array<{
    userId: string;
    state: ParticipantState;
    joinedAt: string | null;
    leftAt: string | null;
  }>;
  status: CallStatus;
  startedAt: string | null;
  endedAt: string | null;
  durationMs: number;
}

/** Presents a call; who of the devices answered stays inside. */
export function presentCall(call: CallRecord): CallView {
  const { startedAt, endedAt } = call;
  return {
    id: String(call._id),
    type: call.type,
    chatId: call.chatId ? String(call.chatId) : null,
    callerId: String(call.callerId),
    participants: call.participants.map(presentParticipant),
    status: call.status,
    startedAt: startedAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
    durationMs: startedAt && endedAt ? endedAt.getTime() - startedAt.getTime() : 0,
  };
}

function presentParticipant({ userId, state, joinedAt, leftAt }: CallParticipant) {
  return {
    userId: String(userId),
    state,
    joinedAt: joinedAt?.toISOString() ?? null,
    leftAt: leftAt?.toISOString() ?? null,
  };
}
