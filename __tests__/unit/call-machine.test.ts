import { CALL_LOST_GRACE_MS } from '../../src/config/limits';
import type { CallParticipant, CallRecord } from '../../src/models/call.model';
import { newObjectId, toObjectId } from '../../src/models/object-id';
import {
  answer,
  hangUp,
  noteConnection,
  participantOf,
  sealed,
  settle,
  takeOut,
} from '../../src/services/call-machine';

const [ANN, BEN, CAM, DEB] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(24)) as [
  string,
  string,
  string,
  string,
];
const T0 = new Date('2026-02-01T09:00:00.000Z');
const after = (seconds: number) => new Date(T0.getTime() + seconds * 1000);
const never = () => false;
const device = (userId: string, deviceId = `${userId[0]}-1`) => ({ userId, deviceId });

function ringing(callees = [BEN]): CallRecord {
  const none = { lostAt: null, joinedAt: null, leftAt: null };
  const caller: CallParticipant = {
    userId: toObjectId(ANN),
    state: 'joined',
    deviceId: 'a-1',
    ...none,
    joinedAt: T0,
  };
  return sealed({
    _id: newObjectId(),
    version: 1,
    type: 'audio',
    chatId: null,
    isGroup: callees.length > 1,
    callerId: toObjectId(ANN),
    participants: [
      caller,
      ...callees.map((id) => ({ userId: toObjectId(id), state: 'ringing' as const, ...none })),
    ],
    status: 'ringing',
    ringExpiresAt: after(45),
    startedAt: null,
    endedAt: null,
    createdAt: T0,
  });
}

function done<T>(step: T | undefined): T {
  if (!step) throw new Error('nothing changed');
  return step;
}

const states = ({ participants }: CallRecord) => participants.map(({ state }) => state);
const ongoing = () => done(answer(ringing(), device(BEN), after(5), never)).call;

describe('a call of two', () => {
  it('goes on once answered, and is engaged with nothing due', () => {
    const call = ongoing();
    expect(call).toMatchObject({ status: 'ongoing', startedAt: after(5) });
    expect(states(call)).toEqual(['joined', 'joined']);
    expect(call.engagedIds?.map(String)).toEqual([ANN, BEN]);
    expect(call.dueAt).toBeUndefined();
  });

  it.each([
    [
      'the caller hangs up',
      (call: CallRecord) => hangUp(call, device(ANN), after(9)),
      'missed',
      'missed',
      'cancelled',
    ],
    [
      'the callee declines',
      (call: CallRecord) => hangUp(call, device(BEN), after(9)),
      'declined',
      'declined',
      'declined',
    ],
    ['nobody answers', (call: CallRecord) => settle(call, after(45)), 'missed', 'missed', 'missed'],
    ['it is taken away', (call: CallRecord) => takeOut(call, ANN, after(9)), 'failed', 'left', 'ended'],
  ] as const)('ends while it rings when %s', (_what, step, status, state, why) => {
    const { call, stops } = done(step(ringing()));
    expect(call.status).toBe(status);
    expect(participantOf(call, BEN)?.state).toBe(state);
    expect(participantOf(call, ANN)).toMatchObject({ state: 'left' });
    expect(participantOf(call, ANN)).not.toHaveProperty('deviceId');
    expect(stops).toEqual([expect.objectContaining({ userIds: [BEN], why })]);
    expect(call.engagedIds).toBeUndefined();
    expect(call.dueAt).toBeUndefined();
  });

  it('rings not a moment less than its time', () => {
    expect(settle(ringing(), new Date(after(45).getTime() - 1))).toBeUndefined();
  });

  it('has one device that answers; asking again on it changes nothing', () => {
    const call = ongoing();
    expect(answer(call, device(BEN), after(6), never)).toBeUndefined();
    expect(() => answer(call, device(BEN, 'b-2'), after(6), never)).toThrow('another device');
    expect(() => answer(call, device(CAM), after(6), never)).toThrow('over for you');
  });

  it('tells two windows of one device apart while both are connected', () => {
    const first = { ...device(BEN), socketId: 's1' };
    const { call } = done(answer(ringing(), first, after(5), never));
    const second = { ...first, socketId: 's2' };
    expect(() => answer(call, second, after(6), () => true)).toThrow('another device');
    expect(answer(call, second, after(6), never)).toBeUndefined();
  });

  it('bears a decline after the answer, and an end from a device that did not answer', () => {
    const call = ongoing();
    expect(hangUp(call, device(BEN), after(6), 'declined')).toBeUndefined();
    expect(hangUp(call, device(BEN, 'b-2'), after(6))).toBeUndefined();
    expect(done(hangUp(call, device(BEN, 'b-2'), after(6), 'ended')).call.status).toBe('ended');
    expect(done(hangUp(call, device(ANN), after(6), 'cancelled')).call.status).toBe('ended');
  });

  it('cannot be answered or ended once it is over', () => {
    const { call } = done(hangUp(ongoing(), device(ANN), after(6)));
    expect(() => answer(call, device(BEN), after(7), never)).toThrow('over');
    expect(hangUp(call, device(BEN), after(7))).toBeUndefined();
    expect(settle(call, after(100))).toBeUndefined();
  });
});

describe('a lost connection', () => {
  const lose = (call: CallRecord, userId: string, seconds: number) =>
    done(noteConnection(call, { ...device(userId), isConnected: false }, after(seconds))).call;

  it('is given up after 15 s, not before', () => {
    const call = lose(ongoing(), BEN, 10);
    const end = after(10).getTime() + CALL_LOST_GRACE_MS;
    expect(call.dueAt?.getTime()).toBe(end);
    expect(settle(call, new Date(end - 1))).toBeUndefined();
    const step = done(settle(call, new Date(end)));
    expect(step.call.status).toBe('ended');
    expect(step.ends).toEqual([{ userIds: [ANN], status: 'ended', byId: BEN }]);
  });

  it('that comes back leaves nothing due', () => {
    const lost = lose(ongoing(), BEN, 10);
    const { call } = done(noteConnection(lost, { ...device(BEN), isConnected: true }, after(12)));
    expect(call.dueAt).toBeUndefined();
  });

  it('of a device that is not in the call, or one that is known already, is nothing', () => {
    const call = ongoing();
    expect(noteConnection(call, { ...device(BEN, 'b-2'), isConnected: false }, after(9))).toBeUndefined();
    expect(noteConnection(call, { ...device(BEN), isConnected: true }, after(9))).toBeUndefined();
  });

  it('of the caller while it rings makes a missed call of it', () => {
    const call = lose(ringing(), ANN, 2);
    const step = done(settle(call, after(17)));
    expect(step.call.status).toBe('missed');
    expect(step.stops).toEqual([{ userIds: [BEN], why: 'cancelled', byId: ANN }]);
  });
});

describe('a group call', () => {
  const group = () => ringing([BEN, CAM, DEB]);
  const join = (call: CallRecord, userId: string) => done(answer(call, device(userId), after(5), never)).call;

  it('goes on without its caller while two are in it', () => {
    const three = join(join(group(), BEN), CAM);
    const { call, ends } = done(hangUp(three, device(ANN), after(9)));
    expect(call.status).toBe('ongoing');
    expect(ends).toEqual([]);
    const last = done(hangUp(done(hangUp(call, device(BEN), after(9))).call, device(DEB), after(10)));
    expect(last.call.status).toBe('ended');
    expect(last.ends).toEqual([{ userIds: [CAM], status: 'ended', byId: DEB }]);
  });

  it('is declined when all decline, missed when one only did not hear it', () => {
    const declineAll = [BEN, CAM, DEB].reduce(
      (call, id) => done(hangUp(call, device(id), after(9))).call,
      group(),
    );
    expect(declineAll.status).toBe('declined');
    const one = done(hangUp(group(), device(BEN), after(9))).call;
    expect(done(settle(one, after(45))).call.status).toBe('missed');
  });

  it('lets in who declined before, and members who came later', () => {
    const call = join(done(hangUp(join(group(), BEN), device(CAM), after(6))).call, CAM);
    expect(states(call)).toEqual(['joined', 'joined', 'joined', 'ringing']);
    expect(states(join(call, 'e'.repeat(24))).at(-1)).toBe('joined');
  });

  it('has room for eight', () => {
    const ids = [...'123456789'].map((digit) => digit.repeat(24));
    const full = ids.slice(0, 7).reduce(join, ringing(ids));
    expect(() => answer(full, device(ids[7] ?? ''), after(6), never)).toThrow('8 people');
  });
});
