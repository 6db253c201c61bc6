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
  /** The device that joined; the others of this user are out of the call. Forgotten when the participant is out. */
  deviceId?: string;
  /** The socket it joined by, when it was one: tells two windows of one device apart while both answer. */
  socketId?: string;
  /** Since when the device that joined has no live socket; null while it has one. */
  lostAt: Date | null;
  joinedAt: Date | null;
  leftAt: Date | null;
}

/**
 * One call with everybody in it; its states and transitions are in `docs/calls.md` and `services/call-machine.ts`. Every change is
 * one compare-and-set on `version`.
 */
export interface CallRecord {
  _id: Types.ObjectId;
  /** Counts the changes. */
  version: number;
  type: CallType;
  /** The group's chat, or that of the two, if they have one. */
  chatId: Types.ObjectId | null;
  isGroup: boolean;
  callerId: Types.ObjectId;
  participants: CallParticipant[];
  status: CallStatus;
  /** Until then it rings; afterwards it is missed, also if the server died meanwhile. */
  ringExpiresAt: Date;
  /** When the first callee joined. */
  startedAt: Date | null;
  endedAt: Date | null;
  createdAt: Date;
  /** Who rings or has joined, while the call lives. The unique index on it lets nobody be in two live calls. */
  engagedIds?: Types.ObjectId[];
  /** The caller's newest offer as JSON, for devices that come while it rings. */
  offer?: string;
  /** When something happens by itself: the ring ends, or a lost connection is given up. */
  dueAt?: Date;
}

const participantSchema = new Schema<CallParticipant>(
  {
    userId: { type: Schema.Types.ObjectId, required: true },
    state: { type: String, enum: PARTICIPANT_STATES, required: true },
    deviceId: String,
    socketId: String,
    lostAt: { type: Date, default: null },
    joinedAt: { type: Date, default: null },
    leftAt: { type: Date, default: null },
  },
  { _id: false },
);

const callSchema = new Schema<CallRecord>(
  {
    version: { type: Number, default: 1 },
    type: { type: String, enum: CALL_TYPES, required: true },
    chatId: { type: Schema.Types.ObjectId, default: null },
    isGroup: { type: Boolean, default: false },
    callerId: { type: Schema.Types.ObjectId, required: true },
    participants: { type: [participantSchema], required: true },
    status: { type: String, enum: CALL_STATUSES, required: true },
    ringExpiresAt: { type: Date, required: true },
    startedAt: { type: Date, default: null },
    endedAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    // No default: a call that is over has neither, and stands in none of the two indexes.
    engagedIds: { type: [Schema.Types.ObjectId], default: undefined },
    offer: String,
    dueAt: Date,
  },
  { versionKey: false },
);

callSchema.index({ 'participants.userId': 1, _id: -1 });
callSchema.index({ 'participants.userId': 1, createdAt: -1 });
callSchema.index({ 'participants.userId': 1, 'participants.state': 1, createdAt: -1 });
callSchema.index(
  { engagedIds: 1 },
  { unique: true, partialFilterExpression: { engagedIds: { $exists: true } } },
);
callSchema.index({ dueAt: 1 }, { partialFilterExpression: { dueAt: { $exists: true } } });
callSchema.index({ chatId: 1 }, { partialFilterExpression: { engagedIds: { $exists: true } } });

export const CallModel = model<CallRecord>('Call', callSchema);
