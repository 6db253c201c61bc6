/** The four signalling events of seed 003, in its words, and the call that contract section 7 puts behind them. */
import type { Person, TestSocket } from '../support/client';
import { keysOf, startWorld, UNKNOWN_ID, type World } from '../support/native-world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const CALL_KEYS = 'callerId chatId durationMs endedAt id participants startedAt status type'.split(' ');
const offer = { type: 'offer', sdp: 'v=0 offer' };
const answer = { type: 'answer', sdp: 'v=0 answer' };
const candidate = {
  candidate: 'candidate:1 1 udp 1 192.0.2.1 50000 typ host',
  sdpMid: '0',
  sdpMLineIndex: 0,
};

interface Party extends Person {
  socket: TestSocket;
}

async function party(name: string): Promise<Party> {
  const person = await world.person(name);
  return { ...person, socket: await world.socket(person) };
}

const pair = async () => [await party('Ann'), await party('Ben')] as const;
const ring = (caller: Party, callee: Party) =>
  caller.socket.ask('call-user', { callerId: caller.id, calleeId: callee.id, signal: offer });

async function talking() {
  const [ann, ben] = await pair();
  const { callId } = await ring(ann, ben);
  const told = { callId, callerId: ann.id, calleeId: ben.id, signal: answer };
  expect((await ben.socket.ask('answer-call', told)).ok).toBe(true);
  return { ann, ben, callId };
}

describe('call-user', () => {
  it('rings all devices of the callee and tells the caller the call', async () => {
    const [ann, ben] = await pair();
    const tablet = await world.socket(await world.deviceOf(ben));
    const ack = await ring(ann, ben);
    expect(ack).toMatchObject({
      ok: true,
      callId: expect.any(String),
      call: { status: 'ringing', type: 'audio' },
    });
    expect(keysOf(ack.call)).toEqual(CALL_KEYS);
    for (const socket of [ben.socket, tablet]) {
      expect(await socket.waitFor('call-user')).toMatchObject({
        callerId: ann.id,
        calleeId: ben.id,
        signal: offer,
        callId: ack.callId,
      });
    }
    await ann.socket.waitFor('call_updated', ({ call }) => call.id === ack.callId);
  });

  it('is refused for somebody else than oneself, and for whom one may not call', async () => {
    const [ann, ben] = await pair();
    const as = (callerId: string, calleeId: string) =>
      ann.socket.ask('call-user', { callerId, calleeId, signal: offer });
    expect((await as(ben.id, ann.id)).error.code).toBe('forbidden');
    expect((await as(ann.id, UNKNOWN_ID)).error.code).toBe('not_found');
    expect((await as(ann.id, ann.id)).error.code).toBe('validation_failed');
    await ben.api('POST', '/api/contacts/block', { userId: ann.id });
    expect((await as(ann.id, ben.id)).error.code).toBe('forbidden');
    expect((await ring(ben, ann)).error.code).toBe('forbidden');
    expect(ben.socket.heard('call-user')).toEqual([]);
  });

  it('is busy for somebody who rings already, and for somebody in a call', async () => {
    const [ann, ben] = await pair();
    const eve = await party('Eve');
    await ring(ann, ben);
    const ack = await ring(eve, ben);
    expect(ack.call.status).toBe('busy');
    expect(await eve.socket.waitFor('end-call')).toEqual({
      callId: ack.callId,
      status: 'busy',
      userId: ben.id,
      peerId: eve.id,
    });
    expect((await ring(eve, ann)).call.status).toBe('busy');
    expect(ben.socket.heard('call-user')).toHaveLength(1);
  });
});

describe('answer-call', () => {
  it('gives the caller the answer, and tells the other devices answered_elsewhere', async () => {
    const [ann, ben] = await pair();
    const tablet = await world.socket(await world.deviceOf(ben));
    const { callId } = await ring(ann, ben);
    const told = { callId, callerId: ann.id, calleeId: ben.id, signal: answer };
    expect((await ben.socket.ask('answer-call', told)).call.status).toBe('ongoing');
    expect(await ann.socket.waitFor('answer-call')).toEqual(told);
    expect(await tablet.waitFor('end-call')).toMatchObject({ callId, status: 'answered_elsewhere' });
    expect((await tablet.ask('answer-call', told)).error.code).toBe('conflict');
    expect(ben.socket.heard('end-call')).toEqual([]);
  });
});

describe('ice-candidate', () => {
  it('passes signals both ways, with either id being one’s own, and with no callId', async () => {
    const { ann, ben, callId } = await talking();
    const signal = { callerId: ann.id, calleeId: ben.id, signal: candidate };
    expect((await ann.socket.ask('ice-candidate', signal)).ok).toBe(true);
    expect(await ben.socket.waitFor('ice-candidate')).toEqual({ ...signal, callId });
    expect((await ben.socket.ask('ice-candidate', { ...signal, signal: answer })).ok).toBe(true);
    expect(await ann.socket.waitFor('ice-candidate')).toEqual({ ...signal, callId, signal: answer });
  });

  it('is not for strangers, nor after the call', async () => {
    const { ann, ben, callId } = await talking();
    const eve = await party('Eve');
    const from = (who: Party, payload: object) =>
      who.socket.ask('ice-candidate', { signal: candidate, ...payload });
    expect((await from(eve, { callerId: ann.id, calleeId: ben.id, callId })).error.code).toBe('forbidden');
    expect((await from(eve, { callerId: eve.id, calleeId: ben.id, callId })).error.code).toBe('not_found');
    expect((await from(eve, { callerId: eve.id, calleeId: ben.id })).error.code).toBe('not_found');
    await ann.socket.ask('end-call', { callId, status: 'ended', userId: ann.id, peerId: ben.id });
    expect((await from(ann, { callerId: ann.id, calleeId: ben.id, callId })).error.code).toBe('not_found');
    expect(ben.socket.heard('ice-candidate')).toEqual([]);
  });
});

describe('end-call', () => {
  it('ends the call for both, once', async () => {
    const { ann, ben, callId } = await talking();
    world.clock.advance(5000);
    const ack = await ben.socket.ask('end-call', { callId, status: 'ended', userId: ben.id, peerId: ann.id });
    expect(ack.call).toMatchObject({ status: 'ended', participants: [{ state: 'left' }, { state: 'left' }] });
    expect(ack.call.durationMs).toBeGreaterThanOrEqual(5000);
    expect(await ann.socket.waitFor('end-call')).toEqual({
      callId,
      status: 'ended',
      userId: ben.id,
      peerId: ann.id,
    });
    const again = await ann.socket.ask('end-call', {
      callId,
      status: 'ended',
      userId: ann.id,
      peerId: ben.id,
    });
    expect(again.call).toEqual(ack.call);
  });

  it('declines for the callee and cancels for the caller', async () => {
    const [ann, ben] = await pair();
    const first = await ring(ann, ben);
    await ben.socket.ask('end-call', {
      callId: first.callId,
      status: 'declined',
      userId: ben.id,
      peerId: ann.id,
    });
    expect(await ann.socket.waitFor('end-call')).toMatchObject({ callId: first.callId, status: 'declined' });
    const second = await ring(ann, ben);
    await ann.socket.ask('end-call', {
      callId: second.callId,
      status: 'cancelled',
      userId: ann.id,
      peerId: ben.id,
    });
    expect(await ben.socket.waitFor('end-call')).toEqual({
      callId: second.callId,
      status: 'cancelled',
      userId: ann.id,
      peerId: ben.id,
    });
    const { calls } = (await ben.api('GET', '/api/calls/history')).body;
    expect(calls.map(({ status }: { status: string }) => status)).toEqual(['missed', 'declined']);
    const missed = (await ben.api('GET', '/api/calls/history?status=missed')).body.calls;
    expect(missed.map(({ id }: { id: string }) => id)).toEqual([second.callId]);
  });

  it('does not end a call by a decline that comes after the answer, nor for others', async () => {
    const { ann, ben, callId } = await talking();
    const eve = await party('Eve');
    const end = (who: Party, payload: object) => who.socket.ask('end-call', { callId, ...payload });
    expect((await end(ben, { userId: ben.id, status: 'declined' })).call.status).toBe('ongoing');
    expect((await end(ben, { userId: ann.id, status: 'ended' })).error.code).toBe('forbidden');
    expect((await end(eve, { userId: eve.id, status: 'ended' })).error.code).toBe('not_found');
    expect((await end(ben, { userId: ben.id, status: 'busy' })).error.code).toBe('validation_failed');
  });
});
