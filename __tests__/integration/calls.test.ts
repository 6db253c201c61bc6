/** Calls over REST and sockets: races, times, lost connections, who may not. */
import { CallModel } from '../../src/models/call.model';
import type { Person, TestSocket } from '../support/client';
import { startWorld, UNKNOWN_ID, type World } from '../support/native-world';

interface Party extends Person {
  socket: TestSocket;
}

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

async function party(name: string): Promise<Party> {
  const person = await world.person(name);
  return { ...person, socket: await world.socket(person) };
}
const parties = async <const N extends string[]>(...names: N) =>
  (await Promise.all(names.map(party))) as { [K in keyof N]: Party };
const initiate = (who: Person, body: object) =>
  who.api('POST', '/api/calls/initiate', { type: 'audio', ...body });
const end = (who: Person, callId: string, body?: object) => who.api('PUT', `/api/calls/${callId}/end`, body);
const get = async (who: Person, callId: string) => (await who.api('GET', `/api/calls/${callId}`)).body.call;
const answer = (who: Party, { id, callerId }: { id: string; callerId: string }, socket = who.socket) =>
  socket.ask('answer-call', { callId: id, callerId, calleeId: who.id, signal: null });
const over = (who: Party, callId: string, status: string) =>
  who.socket.waitFor('call_updated', ({ call }) => call.id === callId && call.status === status);

async function talk(ann: Party, ben: Party) {
  const { call } = (await initiate(ann, { calleeId: ben.id })).body;
  expect((await answer(ben, call)).ok).toBe(true);
  return call;
}

describe('POST /api/calls/initiate', () => {
  it('rings with no signal, and call-user with the callId brings the offer, to later devices too', async () => {
    const [ann, ben] = await parties('Ann', 'Ben');
    const chatId = await world.privateChat(ann, ben);
    const { status, body } = await initiate(ann, { chatId, type: 'video' });
    expect([status, body.call]).toMatchObject([
      201,
      { chatId, type: 'video', status: 'ringing', callerId: ann.id },
    ]);
    expect(await ben.socket.waitFor('call-user')).toMatchObject({ signal: null, callId: body.call.id });
    const signal = { type: 'offer', sdp: 'v=0' };
    const offer = { callerId: ann.id, calleeId: ben.id, callId: body.call.id, signal };
    expect((await ann.socket.ask('call-user', offer)).callId).toBe(body.call.id);
    await ben.socket.waitFor('call-user', (told) => told.signal?.sdp === 'v=0');
    const late = await world.socket(await world.deviceOf(ben));
    expect(await late.waitFor('call-user')).toMatchObject({ callId: body.call.id, signal });
    const again = await initiate(ann, { calleeId: ben.id });
    expect([again.status, again.body.call.id]).toEqual([200, body.call.id]);
  });

  it('makes one ring and one busy of two calls at once, of one callee and of each other', async () => {
    const [ann, ben, cam] = await parties('Ann', 'Ben', 'Cam');
    const calls = await Promise.all([
      initiate(ann, { calleeId: cam.id }),
      initiate(ben, { calleeId: cam.id }),
    ]);
    expect(calls.map(({ body }) => body.call.status).sort()).toEqual(['busy', 'ringing']);
    const [deb, eve] = await parties('Deb', 'Eve');
    const crossed = await Promise.all([
      initiate(deb, { calleeId: eve.id }),
      initiate(eve, { calleeId: deb.id }),
    ]);
    expect(crossed.map(({ body }) => body.call.status).sort()).toEqual(['busy', 'ringing']);
  });

  it('is a conflict for who is in another call', async () => {
    const [ann, ben, cam] = await parties('Ann', 'Ben', 'Cam');
    await talk(ann, ben);
    expect((await initiate(ben, { calleeId: cam.id })).body.code).toBe('conflict');
  });

  it('is refused by blocks, by the calls privacy, for strangers to the chat and for oneself', async () => {
    const [ann, ben, cam] = await parties('Ann', 'Ben', 'Cam');
    const code = async (who: Person, body: object) => (await initiate(who, body)).body.code;
    await ben.api('PUT', '/api/users/profile', { privacy: { calls: 'contacts' } });
    expect(await code(ann, { calleeId: ben.id })).toBe('forbidden');
    await ben.api('POST', '/api/users/add-contact', { userId: ann.id });
    expect((await initiate(ann, { calleeId: ben.id })).status).toBe(201);
    const group = await world.group(ann, [ben]);
    expect(await code(cam, { chatId: group })).toBe('not_found');
    expect(await code(cam, { chatId: UNKNOWN_ID })).toBe('not_found');
    expect(await code(cam, { calleeId: cam.id })).toBe('validation_failed');
    expect(await code(cam, {})).toBe('validation_failed');
    await cam.api('POST', '/api/contacts/block', { userId: ann.id });
    expect(await code(cam, { calleeId: ann.id })).toBe('forbidden');
  });
});

describe('an answer', () => {
  it('is won by one of two devices at once, and the other is told', async () => {
    const [ann, ben] = await parties('Ann', 'Ben');
    const tablet = await world.socket(await world.deviceOf(ben));
    const { call } = (await initiate(ann, { calleeId: ben.id })).body;
    const acks = await Promise.all([answer(ben, call), answer(ben, call, tablet)]);
    expect(acks.map(({ ok }) => ok).sort()).toEqual([false, true]);
    const [won, lost] = acks[0].ok ? [ben.socket, tablet] : [tablet, ben.socket];
    await lost.waitFor('end-call', ({ status }) => status === 'answered_elsewhere');
    expect(won.heard('end-call')).toEqual([]);
  });

  it('and a cancellation at once leave one outcome that both see', async () => {
    const [ann, ben] = await parties('Ann', 'Ben');
    const { call } = (await initiate(ann, { calleeId: ben.id })).body;
    const [ack] = await Promise.all([answer(ben, call), end(ann, call.id, { status: 'cancelled' })]);
    const { status } = await get(ben, call.id);
    expect(status).toBe(ack.ok ? 'ended' : 'missed');
    await over(ann, call.id, status);
    await over(ben, call.id, status);
  });

  it('is not for strangers', async () => {
    const [ann, ben, eve] = await parties('Ann', 'Ben', 'Eve');
    const { call } = (await initiate(ann, { calleeId: ben.id })).body;
    expect((await answer(eve, call)).error.code).toBe('not_found');
    for (const path of ['', '/quality'])
      expect((await eve.api('GET', `/api/calls/${call.id}${path}`)).body.code).toBe('not_found');
    expect((await end(eve, call.id)).body.code).toBe('not_found');
    expect((await eve.api('POST', `/api/calls/${call.id}/feedback`, { rating: 1 })).body.code).toBe(
      'not_found',
    );
    expect((await eve.api('GET', '/api/calls/history')).body.calls).toEqual([]);
    expect((await end(ben, call.id)).body.call.status).toBe('declined');
  });
});

describe('time', () => {
  it('makes a missed call after 45 s, with a notification', async () => {
    const [ann, ben] = await parties('Ann', 'Ben');
    const { call } = (await initiate(ann, { calleeId: ben.id })).body;
    world.clock.advance(45_000);
    expect(await ben.socket.waitFor('end-call')).toMatchObject({ callId: call.id, status: 'missed' });
    expect(await ann.socket.waitFor('end-call')).toMatchObject({ callId: call.id, status: 'missed' });
    await ben.socket.waitFor('notification', ({ notification }) => notification.call?.id === call.id);
    expect((await answer(ben, call)).error.code).toBe('conflict');
  });

  it('ends a call 15 s after the last socket of its device went', async () => {
    const [ann, ben] = await parties('Ann', 'Ben');
    const call = await talk(ann, ben);
    ben.socket.disconnect();
    await untilLost(call.id);
    world.clock.advance(14_000);
    expect((await get(ann, call.id)).status).toBe('ongoing');
    world.clock.advance(1000);
    expect(await ann.socket.waitFor('end-call')).toMatchObject({
      status: 'ended',
      userId: ben.id,
      peerId: ann.id,
    });
  });

  it('lets a device that comes back in time go on', async () => {
    const [ann, ben] = await parties('Ann', 'Ben');
    const call = await talk(ann, ben);
    ben.socket.disconnect();
    await untilLost(call.id);
    const socket = await world.socket(ben);
    await untilLost(call.id, false);
    world.clock.advance(60_000);
    const signal = { callerId: ann.id, calleeId: ben.id, signal: { restart: true } };
    expect((await ann.socket.ask('ice-candidate', signal)).ok).toBe(true);
    await socket.waitFor('ice-candidate');
    expect((await get(ann, call.id)).status).toBe('ongoing');
  });

  /** Resolves once the database knows. */
  async function untilLost(callId: string, isLost = true): Promise<void> {
    const isNow = async () => {
      const call = await CallModel.findById(callId).lean();
      return call?.participants.some(({ lostAt }) => lostAt !== null) === isLost;
    };
    while (!(await isNow())) await new Promise((resolve) => setImmediate(resolve));
  }
});

describe('what ends a call from outside', () => {
  it('is a block', async () => {
    const [ann, ben] = await parties('Ann', 'Ben');
    const call = await talk(ann, ben);
    await ben.api('POST', '/api/contacts/block', { userId: ann.id });
    await over(ann, call.id, 'ended');
  });

  it('is the end of an account, after which the other’s history stands', async () => {
    const [ann, ben] = await parties('Ann', 'Ben');
    const { call } = (await initiate(ann, { calleeId: ben.id })).body;
    await ben.api('DELETE', '/api/users/profile');
    await over(ann, call.id, 'failed');
    expect((await ann.api('GET', '/api/calls/history')).body.calls).toHaveLength(1);
    expect((await initiate(ann, { calleeId: ben.id })).body.code).toBe('not_found');
  });
});

describe('a group call', () => {
  it('rings the members, connects who joins, and goes on until one is left', async () => {
    const [ann, ben, cam, deb] = await parties('Ann', 'Ben', 'Cam', 'Deb');
    const chatId = await world.group(ann, [ben, cam, deb]);
    await deb.api('POST', '/api/contacts/block', { userId: ann.id });
    const { call } = (await initiate(ann, { chatId })).body;
    expect(call.participants.map(({ userId }: { userId: string }) => userId).sort()).toEqual(
      [ann.id, ben.id, cam.id].sort(),
    );
    await Promise.all([ben, cam].map(({ socket }) => socket.waitFor('call-user')));
    await Promise.all([answer(ben, call), answer(cam, call)]);
    const signal = { callId: call.id, callerId: ben.id, calleeId: cam.id, signal: { type: 'offer' } };
    expect((await ben.socket.ask('ice-candidate', signal)).ok).toBe(true);
    expect(await cam.socket.waitFor('ice-candidate')).toEqual(signal);
    expect((await initiate(deb, { chatId })).body.code).toBe('conflict');
    expect((await answer(deb, call)).error.code).toBe('forbidden');
    await ann.api('DELETE', `/api/chats/${chatId}/members/${cam.id}`);
    await cam.socket.waitFor('call_updated', (told) => stateOf(told.call, cam) === 'left');
    expect((await answer(cam, call)).error.code).toBe('not_found');
    expect((await end(ben, call.id)).body.call.status).toBe('ended');
    expect(deb.socket.heard('call-user')).toEqual([]);
  });

  function stateOf(call: { participants: Array<{ userId: string; state: string }> }, who: Person) {
    return call.participants.find(({ userId }) => userId === who.id)?.state;
  }
});

describe('signals', () => {
  it.each([
    ['too large', { sdp: 'x'.repeat(70_000) }],
    ['too deep', JSON.parse(`${'{"a":'.repeat(20)}1${'}'.repeat(20)}`)],
    ['binary', Buffer.alloc(10)],
    ['binary inside', { sdp: Buffer.alloc(10) }],
  ])('that are %s are refused and reach nobody', async (_what, signal) => {
    const [ann, ben] = await parties('Ann', 'Ben');
    await talk(ann, ben);
    const ack = await ann.socket.ask('ice-candidate', { callerId: ann.id, calleeId: ben.id, signal });
    expect(ack.error.code).toBe('validation_failed');
    expect(ben.socket.heard('ice-candidate')).toEqual([]);
  });
});
