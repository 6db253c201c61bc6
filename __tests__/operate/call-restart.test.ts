import { CallModel } from '../../src/models/call.model';
import { startTestApp, type TestApp } from '../support/app';
import { connect, type Person, signUp, type TestSocket } from '../support/client';
import { clockAhead } from '../support/native-world';

const clock = clockAhead();
const people: Person[] = [];
const open: TestSocket[] = [];
let app: TestApp;

async function join(name: string): Promise<Person> {
  const person = await signUp(app, { name });
  people.push(person);
  open.push(await connect(app, person));
  return person;
}

async function initiate(caller: Person, callee: Person) {
  return (await caller.api('POST', '/api/calls/initiate', { calleeId: callee.id, type: 'audio' })).body.call;
}

async function until(callId: string, status: string): Promise<void> {
  while ((await CallModel.findById(callId).lean())?.status !== status)
    await new Promise((resolve) => setImmediate(resolve));
}

async function untilLost(callId: string, expected: boolean[]): Promise<void> {
  const lost = async () =>
    (await CallModel.findById(callId).lean())?.participants.map(({ lostAt }) => lostAt !== null);
  while (String(await lost()) !== String(expected)) await new Promise((resolve) => setImmediate(resolve));
}

beforeAll(async () => {
  app = await startTestApp({ overrides: { clock } });
});
afterAll(async () => {
  for (const socket of open) socket.disconnect();
  await app.stop();
});

it('ends at once what came due while the server was down, and gives those in a call 15 s to come back', async () => {
  const [ann, ben, cam, deb] = [await join('Ann'), await join('Ben'), await join('Cam'), await join('Deb')];
  const rings = await initiate(ann, ben);
  const talks = await initiate(cam, deb);
  const told = { callId: talks.id, callerId: cam.id, calleeId: deb.id, signal: null };
  expect(await open[3]?.ask('answer-call', told)).toMatchObject({ ok: true });

  const { dbName } = app.config.mongo;
  await app.stop();
  clock.advance(50_000);
  app = await startTestApp({ overrides: { clock }, dbName });
  await until(rings.id, 'missed');
  await untilLost(talks.id, [true, true]);
  expect((await CallModel.findById(talks.id).lean())?.status).toBe('ongoing');

  const back = await connect(app, cam);
  open.push(back);
  await untilLost(talks.id, [false, true]);
  clock.advance(15_000);
  expect(await back.waitFor('end-call')).toMatchObject({ callId: talks.id, status: 'ended', userId: deb.id });
  await until(talks.id, 'ended');
});
