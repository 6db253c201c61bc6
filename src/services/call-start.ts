/**
 * The beginning of a call. The unique index on `engagedIds` decides when several begin at once: exactly one of them rings, the
 * others find the callee busy.
 */
import { AppError, unavailable } from '../errors/app-error';
import { isDuplicateKey } from '../errors/from-mongo';
import type { EventBus } from '../events/event-bus';
import { CallModel, type CallParticipant, type CallRecord, type CallType } from '../models/call.model';
import { newObjectId, toObjectId } from '../models/object-id';
import type { Actor } from '../types/actor';
import type { Clock } from '../types/clock';
import { type Callees, type CallTarget, findCallees } from './call-callees';
import { participantOf, sealed } from './call-machine';
import { checkSignal, packSignal, unpackSignal } from './call-signal';
import type { CallStore } from './call-store';

const MAX_ATTEMPTS = 20;

export interface StartInput {
  target: CallTarget;
  type: CallType;
  /** The caller's first offer, if it comes with the call. */
  signal?: unknown;
}

export interface CallStartDeps {
  store: CallStore;
  bus: EventBus;
  clock: Clock;
  ringSeconds: number;
}

/**
 * Makes a call and rings. A callee who rings or is in a call makes it a `busy` one, which is over. The same device calling again
 * whom it already rings gets that call.
 * @throws what `findCallees` throws; conflict when the caller is in another call, or the group has one.
 */
export function createStartCall({ store, bus, clock, ringSeconds }: CallStartDeps) {
  return async (
    actor: Actor,
    { target, type, signal }: StartInput,
  ): Promise<{ call: CallRecord; isNew: boolean }> => {
    const offer = checkSignal(signal);
    const callees = await findCallees(actor.userId, target);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const live = await store.findLive([actor.userId, ...callees.userIds]);
      const own = live.find((call) => isRungBy(call, actor, callees));
      if (own) return { call: own, isNew: false };
      assertFirstOf(live, callees);
      const busyIds = engagedAmong(live, callees.userIds);
      const isBusy = busyIds.length === callees.userIds.length;
      if (callees.isGroup || !isBusy) assertFree(live, actor.userId);
      const call = compose(actor, { type, callees, busyIds, offer, now: clock.now(), ringSeconds });
      if (await insert(call)) {
        announce(bus, call, busyIds);
        return { call, isNew: true };
      }
    }
    throw unavailable('Too many call at once');
  };
}

/** The actor's own call of this one person, as it rings. */
function isRungBy(call: CallRecord, actor: Actor, { isGroup, userIds }: Callees): boolean {
  if (isGroup || call.isGroup || call.status !== 'ringing') return false;
  if (String(call.callerId) !== actor.userId || !participantOf(call, userIds[0] ?? '')) return false;
  return participantOf(call, actor.userId)?.deviceId === actor.deviceId;
}

/** Who comes late to a group's call joins it instead of making another. */
function assertFirstOf(live: CallRecord[], { isGroup, chatId }: Callees): void {
  if (isGroup && live.some((call) => call.isGroup && String(call.chatId) === String(chatId)))
    throw new AppError('conflict', 'This group is in a call already; join it');
}

function engagedAmong(live: CallRecord[], userIds: string[]): string[] {
  const engaged = new Set(live.flatMap(({ engagedIds }) => engagedIds ?? []).map(String));
  return userIds.filter((id) => engaged.has(id));
}

function assertFree(live: CallRecord[], callerId: string): void {
  if (engagedAmong(live, [callerId]).length > 0) throw new AppError('conflict', 'You are in another call');
}

interface Composition {
  type: CallType;
  callees: Callees;
  busyIds: string[];
  offer: unknown;
  now: Date;
  ringSeconds: number;
}

function compose(actor: Actor, { type, callees, busyIds, offer, now, ringSeconds }: Composition): CallRecord {
  const isBusy = busyIds.length === callees.userIds.length;
  const caller: CallParticipant = {
    userId: toObjectId(actor.userId),
    ...(isBusy
      ? { state: 'left', leftAt: now }
      : { state: 'joined', leftAt: null, deviceId: actor.deviceId }),
    ...(!isBusy && actor.socketId !== undefined && { socketId: actor.socketId }),
    lostAt: null,
    joinedAt: now,
  };
  const called = callees.userIds.map((id): CallParticipant => {
    const state = busyIds.includes(id) ? 'busy' : 'ringing';
    return { userId: toObjectId(id), state, lostAt: null, joinedAt: null, leftAt: null };
  });
  return sealed({
    _id: newObjectId(),
    version: 1,
    type,
    chatId: callees.chatId,
    isGroup: callees.isGroup,
    callerId: caller.userId,
    participants: [caller, ...called],
    status: isBusy ? 'busy' : 'ringing',
    ringExpiresAt: new Date(now.getTime() + (isBusy ? 0 : ringSeconds * 1000)),
    startedAt: null,
    endedAt: isBusy ? now : null,
    createdAt: now,
    ...(!callees.isGroup && offer !== null && { offer: packSignal(offer) }),
  });
}

/** False when somebody of them got into another call meanwhile. */
async function insert(call: CallRecord): Promise<boolean> {
  try {
    await CallModel.create(call);
    return true;
  } catch (error) {
    if (isDuplicateKey(error, 'engagedIds')) return false;
    throw error;
  }
}

function announce(bus: EventBus, call: CallRecord, busyIds: string[]): void {
  const callerId = String(call.callerId);
  if (call.status === 'busy') {
    bus.emit('call.hung-up', { call, userIds: [callerId], status: 'busy', byId: busyIds[0] ?? callerId });
  } else {
    const ringing = call.participants.filter(({ state }) => state === 'ringing');
    const userIds = ringing.map(({ userId }) => String(userId));
    bus.emit('call.ringing', { call, userIds, signal: unpackSignal(call.offer) });
  }
  bus.emit('call.updated', { call });
}
