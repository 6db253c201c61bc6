/**
 * The states of a call, and every way from one to the next. Pure: a call in, the call after it and what its people must hear out.
 *
 *   participant   ringing -> joined | declined | missed | left (taken out: block, account or membership gone)
 *                 joined  -> left
 *                 declined, missed, left, busy -> joined      in a group only, while the call lives
 *   call          ringing -> ongoing                          somebody answered
 *                 ringing -> missed                           the ring ended, or the caller hung up first
 *                 ringing -> declined | failed                everybody declined | it was ended for them
 *                 ongoing -> ended
 *                 busy                                        from the start: nobody of the called was free
 *
 * A call lives while somebody is in it who is not alone, or for whom it still rings: `joined >= 2`, or `joined = 1` and somebody
 * rings. That is the same for two people and for a group. Rules: contract section 7, `docs/calls.md`.
 */
import { CALL_LOST_GRACE_MS, MAX_CALL_JOINED } from '../config/limits';
import { AppError } from '../errors/app-error';
import type { CallEndStatus, RingEnd } from '../events/domain-events';
import type { CallParticipant, CallRecord, CallStatus } from '../models/call.model';
import { toObjectId } from '../models/object-id';

/** Through which device, and which socket of it, somebody takes part. */
export interface Joiner {
  userId: string;
  deviceId: string;
  socketId?: string | undefined;
}

/** The call after a step, and what to tell about it. */
export interface Step {
  call: CallRecord;
  /** For whom it rings no more; `byId` is whose doing that was, null that of each of them. */
  stops: Array<{ userIds: string[]; why: RingEnd; byId: string | null }>;
  /** For whom, of those who had joined, the call ended without their doing. */
  ends: Array<{ userIds: string[]; status: CallEndStatus; byId: string }>;
}

export function isLive({ status }: Pick<CallRecord, 'status'>): boolean {
  return status === 'ringing' || status === 'ongoing';
}

export function participantOf(call: CallRecord, userId: string): CallParticipant | undefined {
  return call.participants.find((participant) => String(participant.userId) === userId);
}

/** The users who are in one of these states. */
export function usersIn(call: CallRecord, ...states: Array<CallParticipant['state']>): string[] {
  return call.participants.filter(({ state }) => states.includes(state)).map(({ userId }) => String(userId));
}

/** The fields that follow from the others: who is engaged, when the call changes by itself, and that only a ringing call has an offer. */
export function sealed(call: CallRecord): CallRecord {
  const { engagedIds: _engaged, dueAt: _due, offer, ...rest } = call;
  if (!isLive(call)) return rest;
  const engaged = call.participants.filter(({ state }) => state === 'ringing' || state === 'joined');
  const dueTimes = engaged.flatMap(({ state, lostAt }) => {
    if (state === 'ringing') return [call.ringExpiresAt.getTime()];
    return lostAt ? [lostAt.getTime() + CALL_LOST_GRACE_MS] : [];
  });
  return {
    ...rest,
    ...(call.status === 'ringing' && offer !== undefined && { offer }),
    engagedIds: engaged.map(({ userId }) => userId),
    ...(dueTimes.length > 0 && { dueAt: new Date(Math.min(...dueTimes)) }),
  };
}

/**
 * Lets somebody in: the first device of a called person that answers, or in a group anybody who comes later. The same device that
 * asks again changes nothing (undefined); `isConnected` tells whether a socket still lives.
 * @throws conflict when the call is over, another device has answered, or 8 are in it.
 */
export function answer(
  call: CallRecord,
  joiner: Joiner,
  now: Date,
  isConnected: (userId: string, socketId: string) => boolean,
): Step | undefined {
  if (!isLive(call)) throw conflict('The call is over');
  const { userId } = joiner;
  const known = participantOf(call, userId);
  if (known?.state === 'joined') {
    if (isSameJoiner(known, joiner, isConnected)) return undefined;
    throw conflict('The call was answered on another device');
  }
  if (known?.state !== 'ringing' && !call.isGroup) throw conflict('The call is over for you');
  if (usersIn(call, 'joined').length >= MAX_CALL_JOINED)
    throw conflict(`There are ${MAX_CALL_JOINED} people in the call already`);
  const next = changed(known ? call : withPlaceFor(call, userId), userId, {
    state: 'joined',
    deviceId: joiner.deviceId,
    ...(joiner.socketId !== undefined && { socketId: joiner.socketId }),
    lostAt: null,
    joinedAt: now,
    leftAt: null,
  });
  const isRung = known?.state === 'ringing';
  return {
    call: sealed({ ...next, status: 'ongoing', startedAt: call.startedAt ?? now }),
    stops: isRung ? [{ userIds: [userId], why: 'answered_elsewhere', byId: null }] : [],
    ends: [],
  };
}

/** Who came into the group after the call began was not called, but may join it. */
function withPlaceFor(call: CallRecord, userId: string): CallRecord {
  const place = {
    userId: toObjectId(userId),
    state: 'left',
    lostAt: null,
    joinedAt: null,
    leftAt: null,
  } as const;
  return { ...call, participants: [...call.participants, place] };
}

function isSameJoiner(
  known: CallParticipant,
  joiner: Joiner,
  isConnected: (userId: string, socketId: string) => boolean,
): boolean {
  if (known.deviceId !== joiner.deviceId) return false;
  const { socketId } = known;
  return socketId === undefined || socketId === joiner.socketId || !isConnected(joiner.userId, socketId);
}

/** The words a client may end a call with. */
export type HangUpWord = 'ended' | 'declined' | 'cancelled';

/**
 * Takes somebody out by their own wish: declines while it rings for them, leaves when they are in it. A decline that comes after an
 * answer changes nothing (undefined), nor does a word-less end from a device of a called person that did not answer: it may be
 * a decline that was overtaken.
 */
export function hangUp(
  call: CallRecord,
  { userId, deviceId }: Joiner,
  now: Date,
  word?: HangUpWord,
): Step | undefined {
  const own = participantOf(call, userId);
  if (own?.state === 'ringing') {
    const next = changed(call, userId, { state: 'declined', leftAt: now });
    return concluded(next, now, userId, [{ userIds: [userId], why: 'declined', byId: null }]);
  }
  if (own?.state !== 'joined' || word === 'declined') return undefined;
  const isCaller = String(call.callerId) === userId;
  if (!isCaller && word === undefined && own.deviceId !== deviceId) return undefined;
  return concluded(left(call, [userId], now), now, userId, []);
}

/** Takes somebody out whom it is no longer open to: a block, the end of an account or of a membership. */
export function takeOut(call: CallRecord, userId: string, now: Date): Step | undefined {
  const own = participantOf(call, userId);
  if (own?.state !== 'ringing' && own?.state !== 'joined') return undefined;
  const next = left(call, [userId], now);
  const stops: Step['stops'] =
    own.state === 'ringing' ? [{ userIds: [userId], why: 'ended', byId: null }] : [];
  return concluded(next, now, userId, stops, true);
}

/** What is due at `now`: the end of the ring, and of the patience with lost connections. */
export function settle(call: CallRecord, now: Date): Step | undefined {
  if (!call.dueAt || call.dueAt > now) return undefined;
  const missing = call.ringExpiresAt <= now ? usersIn(call, 'ringing') : [];
  const lost = call.participants
    .filter(({ state, lostAt }) => state === 'joined' && isGivenUp(lostAt, now))
    .map(({ userId }) => String(userId));
  const rungOut = missing.reduce((next, userId) => changed(next, userId, { state: 'missed' }), call);
  const stops: Step['stops'] = missing.length > 0 ? [{ userIds: missing, why: 'missed', byId: null }] : [];
  const byId = lost[0] ?? missing[0] ?? String(call.callerId);
  return concluded(left(rungOut, lost, now), now, byId, stops);
}

function isGivenUp(lostAt: Date | null, now: Date): boolean {
  return lostAt !== null && lostAt.getTime() + CALL_LOST_GRACE_MS <= now.getTime();
}

/** Notes that the device by which somebody takes part lost its last socket, or has one again. */
export function noteConnection(
  call: CallRecord,
  { userId, deviceId, isConnected }: { userId: string; deviceId: string; isConnected: boolean },
  now: Date,
): Step | undefined {
  const own = participantOf(call, userId);
  if (own?.state !== 'joined' || own.deviceId !== deviceId) return undefined;
  if (isConnected === (own.lostAt === null)) return undefined;
  const next = changed(call, userId, { lostAt: isConnected ? null : now });
  return { call: sealed(next), stops: [], ends: [] };
}

/** Ends the call when nobody is left for whom it could go on. */
function concluded(
  call: CallRecord,
  now: Date,
  byId: string,
  stops: Step['stops'],
  isTakenOut = false,
): Step {
  const joined = usersIn(call, 'joined');
  const ringing = usersIn(call, 'ringing');
  if (joined.length >= 2 || (joined.length === 1 && ringing.length > 0))
    return { call: sealed(call), stops, ends: [] };
  const isFailed = isTakenOut && call.startedAt === null;
  const silenced = isFailed
    ? left(call, ringing, now)
    : ringing.reduce((next, userId) => changed(next, userId, { state: 'missed' }), call);
  const emptied = left(silenced, joined, now);
  const status = isFailed ? 'failed' : finalStatus(emptied);
  const why: RingEnd = isFailed ? 'ended' : 'cancelled';
  return {
    call: sealed({ ...emptied, status, endedAt: now }),
    stops: ringing.length > 0 ? [...stops, { userIds: ringing, why, byId }] : stops,
    ends: joined.length > 0 ? [{ userIds: joined, status: asWord(status), byId }] : [],
  };
}

function finalStatus(call: CallRecord): CallStatus {
  if (call.startedAt) return 'ended';
  const called = call.participants.filter(({ userId }) => String(userId) !== String(call.callerId));
  for (const state of ['missed', 'declined', 'busy'] as const)
    if (called.some((participant) => participant.state === state)) return state;
  return 'failed';
}

function asWord(status: CallStatus): CallEndStatus {
  return status === 'missed' || status === 'declined' || status === 'busy' ? status : 'ended';
}

function left(call: CallRecord, userIds: readonly string[], now: Date): CallRecord {
  return userIds.reduce((next, userId) => changed(next, userId, { state: 'left', leftAt: now }), call);
}

/** Which device it was is nobody's business once it is out. */
function changed(call: CallRecord, userId: string, change: Partial<CallParticipant>): CallRecord {
  const isIn = change.state === undefined || change.state === 'joined';
  return {
    ...call,
    participants: call.participants.map((participant) => {
      if (String(participant.userId) !== userId) return participant;
      const { deviceId: _device, socketId: _socket, ...rest } = participant;
      return isIn ? { ...participant, ...change } : { ...rest, ...change, lostAt: null };
    }),
  };
}

function conflict(message: string): AppError {
  return new AppError('conflict', message);
}
