import { model, Schema, type Types } from 'mongoose';

export const CALL_TYPES = ['audio', 'video'] as const;
export type CallType = (typeof CALL_TYPES)[number];

export const CALL_STATUSES = ['ringing', 'ongoing', 'ended', 'missed', 'declined', 'busy', 'failed'] as const;
export type CallStatus = (typeof CALL_STATUSES)[number];

export const PARTICIPANT_STATES = ['ringing', 'joined', 'declined', 'missed', 'busy', 'left'] as const;
export type ParticipantState = (typeof PARTICIPANT_STATES)[number];

export interface CallParticipant {
  userId: Types.ObjectId;
  state: ParticipantState;
  /** The device that joined; the others of this user are out of the call. */
  deviceId?: string;
  /** Since when the device that joined has no live socket; null while it has one. */
  lostAt: Date | null;
  joinedAt: Date | null;
  leftAt: Date | null;
}

/** One call with everybody in it; its states and transitions are in `docs/calls.md`. Every change is one compare-and-set. */
export interface CallRecord {
  _id: Types.ObjectId;
  type: CallType;
  chatId: Types.ObjectId | null;
  callerId: Types.ObjectId;
  participants: CallParticipant[];
  status: CallStatus;
  /** Until then it rings; afterwards it is missed, also if the server died meanwhile. */
  ringExpiresAt: Date;
  /** When the first callee joined. */
  startedAt: Date | null;
  endedAt: Date | null;
  createdAt: Date;
}

const participantSchema = new Schema<CallParticipant>(
  {
    userId: { type: Schema.Types.ObjectId, required: true },
    state: { type: String, enum: PARTICIPANT_STATES, required: true },
    deviceId: String,
    lostAt: { type: Date, default: null },
    joinedAt: { type: Date, default: null },
    leftAt: { type: Date, default: null },
  },
  { _id: false },
);

const callSchema = new Schema<CallRecord>(
  {
    type: { type: String, enum: CALL_TYPES, required: true },
    chatId: { type: Schema.Types.ObjectId, default: null },
    callerId: { type: Schema.Types.ObjectId, required: true },
    participants: { type: [participantSchema], required: true },
    status: { type: String, enum: CALL_STATUSES, required: true },
    ringExpiresAt: { type: Date, required: true },
    startedAt: { type: Date, default: null },
    endedAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
  },
  { versionKey: false },
);

callSchema.index({ 'participants.userId': 1, _id: -1 });
callSchema.index({ 'participants.userId': 1, 'participants.state': 1, createdAt: -1 });
callSchema.index(
  { ringExpiresAt: 1 },
  { partialFilterExpression: { status: { $in: ['ringing', 'ongoing'] } } },
);
callSchema.index(
  { status: 1, 'participants.userId': 1 },
  { partialFilterExpression: { status: { $in: ['ringing', 'ongoing'] } } },
);

export const CallModel = model<CallRecord>('Call', callSchema);
