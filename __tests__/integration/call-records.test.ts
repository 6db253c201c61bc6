/** What stays of calls: history, feedback, analytics; and the servers they need. */
import { createHmac } from 'node:crypto';
import type { Person, TestSocket } from '../support/client';
import { startWorld, type World } from '../support/native-world';

interface Party extends Person {
  socket: TestSocket;
}

let world: World;
beforeAll(async () => {
  world = await startWorld({
    TURN_URLS: 'turn:turn.example.org:3478?transport=udp',
    TURN_SECRET: 'north',
    STUN_URLS: 'stun:stun.example.org',
  });
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
const answer = (who: Party, { id, callerId }: { id: string; callerId: string }, socket = who.socket) =>
  socket.ask('answer-call', { callId: id, callerId, calleeId: who.id, signal: null });

async function talk(ann: Party, ben: Party) {
  const { call } = (await initiate(ann, { calleeId: ben.id })).body;
  expect((await answer(ben, call)).ok).toBe(true);
  return call;
}

describe('GET /api/calls/ice-servers', () => {
  it('gives STUN and TURN with credentials that coturn recomputes', async () => {
    const ann = await world.person('Ann');
    const { iceServers, expiresAt } = (await ann.api('GET', '/api/calls/ice-servers')).body;
    const [stun, turn] = iceServers;
    expect(stun).toEqual({ urls: ['stun:stun.example.org'] });
    expect(turn.username).toBe(`${Date.parse(expiresAt) / 1000}:${ann.id}`);
    expect(turn.credential).toBe(createHmac('sha1', 'north').update(turn.username).digest('base64'));
  });
});

describe('feedback', () => {
  it('is kept once for each who was in the call, and summed up for the call and the user', async () => {
    const [ann, ben] = await parties('Ann', 'Ben');
    const call = await talk(ann, ben);
    world.clock.advance(10_000);
    await end(ann, call.id);
    const rate = (who: Person, body: object) => who.api('POST', `/api/calls/${call.id}/feedback`, body);
    await rate(ann, { rating: 1 });
    await rate(ann, { rating: 4, issues: ['echo'], stats: { jitterMs: 10, roundTripMs: 40, secret: 'x' } });
    await rate(ben, { rating: 5, stats: { jitterMs: 20, candidateType: 'relay' } });
    const { quality } = (await ben.api('GET', `/api/calls/${call.id}/quality`)).body;
    expect(quality).toMatchObject({
      ratings: 2,
      averageRating: 4.5,
      jitterMs: 15,
      roundTripMs: 40,
      packetLossPercent: null,
    });
    const own = quality.feedback.find(({ userId }: { userId: string }) => userId === ann.id);
    expect(own.stats).toEqual({ jitterMs: 10, roundTripMs: 40 });
    const missed = (await initiate(ann, { calleeId: ben.id })).body.call;
    await end(ann, missed.id);
    expect((await ben.api('POST', `/api/calls/${missed.id}/feedback`, { rating: 3 })).body.code).toBe(
      'forbidden',
    );
    const { analytics } = (await ben.api('GET', '/api/calls/analytics')).body;
    expect(analytics).toMatchObject({
      total: 2,
      incoming: 2,
      outgoing: 0,
      answered: 1,
      missed: 1,
      quality: { averageRating: 5 },
    });
    expect(analytics.totalDurationMs).toBeGreaterThanOrEqual(10_000);
    expect((await rate(ann, { rating: 6 })).body.code).toBe('validation_failed');
    expect((await rate(ann, { rating: 3, stats: { jitterMs: { $gt: 0 } } })).body.code).toBe(
      'validation_failed',
    );
  });
});

describe('GET /api/calls/history', () => {
  it('pages without gaps or repetitions', async () => {
    const [ann, ben] = await parties('Ann', 'Ben');
    const made: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const { call } = (await initiate(ann, { calleeId: ben.id })).body;
      await end(ann, call.id);
      made.unshift(call.id);
    }
    const first = (await ben.api('GET', '/api/calls/history?limit=2')).body;
    const second = (await ben.api('GET', `/api/calls/history?limit=2&cursor=${first.nextCursor}`)).body;
    expect([...first.calls, ...second.calls].map(({ id }) => id)).toEqual(made);
    expect(second.nextCursor).toBeNull();
  });
});
