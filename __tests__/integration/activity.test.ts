import { ActivityDayModel } from '../../src/models/activity-day.model';
import type { Person } from '../support/client';
import { say, startWorld, type World } from '../support/native-world';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
let world: World;

beforeAll(async () => {
  world = await startWorld({ ACCESS_TOKEN_TTL_SECONDS: '86400' });
  // Noon, so that no test passes midnight but where it wants to.
  const sinceNoonMs = (world.clock.now().getTime() + DAY_MS / 2) % DAY_MS;
  world.clock.advance(DAY_MS - sinceNoonMs);
});
afterAll(() => world.stop());

async function activityOf(person: Person, query = '') {
  const { status, body } = await person.api('GET', `/api/users/activity${query}`);
  expect(status).toBe(200);
  return body.activity;
}

const today = () => world.clock.now().toISOString().slice(0, 10);

/** Goes offline, and waits until the server has seen it. */
async function leave(person: Person, socket: { disconnect(): unknown }): Promise<void> {
  const gone = new Promise<void>((resolve) =>
    world.app.bus.on('connection.closed', ({ userId }) => (userId === person.id ? resolve() : undefined)),
  );
  socket.disconnect();
  await gone;
}

async function pair(): Promise<[Person, Person, string]> {
  const [ann, ben] = [await world.person('Ann'), await world.person('Ben')];
  return [ann, ben, await world.privateChat(ann, ben)];
}

describe('GET /api/users/activity', () => {
  it('is empty for who has done nothing', async () => {
    const nora = await world.person('Nora');
    expect(await activityOf(nora)).toEqual({
      since: expect.stringMatching(/T00:00:00\.000Z$/),
      ...{ activeDays: 0, sessions: 0, messagesSent: 0, messagesReceived: 0, minutesOnline: 0, days: [] },
    });
  });

  it('counts messages on both sides, by socket and by REST', async () => {
    const [ann, ben, chatId] = await pair();
    const socket = await world.socket(ann);
    await say(ann, chatId, 'by REST');
    await socket.ask('send_message', { chatId, content: { type: 'text', text: 'by socket' } });
    await say(ben, chatId, 'answer');
    expect(await activityOf(ann)).toMatchObject({
      sessions: 1,
      messagesSent: 2,
      messagesReceived: 1,
      activeDays: 1,
    });
    const own = { date: today(), sessions: 0, messagesSent: 1, messagesReceived: 2, minutesOnline: 0 };
    expect((await activityOf(ben)).days).toEqual([own]);
  });

  it('does not call a day active on which only others said something', async () => {
    const [ann, ben, chatId] = await pair();
    await say(ann, chatId, 'anybody there?');
    expect(await activityOf(ben)).toMatchObject({ activeDays: 0, messagesReceived: 1 });
  });

  it('counts minutes online once for all devices, as one session, and goes on while one is connected', async () => {
    const ann = await world.person('Ann');
    const [phone, tablet] = [await world.socket(ann), await world.socket(await world.deviceOf(ann))];
    world.clock.advance(5 * MINUTE_MS);
    expect(await activityOf(ann)).toMatchObject({ sessions: 1, minutesOnline: 5 });
    await leave(ann, phone);
    world.clock.advance(3 * MINUTE_MS);
    expect(await activityOf(ann)).toMatchObject({ sessions: 1, minutesOnline: 8 });
    await leave(ann, tablet);
    world.clock.advance(60 * MINUTE_MS);
    const again = await world.socket(ann);
    world.clock.advance(2 * MINUTE_MS);
    expect(await activityOf(ann)).toMatchObject({ sessions: 2, minutesOnline: 10 });
    await leave(ann, again);
  });

  it('forgets with the account, also what comes afterwards', async () => {
    const [ann, ben, chatId] = await pair();
    const socket = await world.socket(ann);
    await say(ann, chatId, 'bye');
    await activityOf(ann);
    expect(await ActivityDayModel.countDocuments({ userId: ann.id })).toBe(1);
    await say(ann, chatId, 'really');
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    await ann.api('DELETE', '/api/users/profile');
    await gone;
    await activityOf(ben);
    expect(await ActivityDayModel.countDocuments({ userId: ann.id })).toBe(0);
  });

  it('splits a night online between its days, and looks back only so far', async () => {
    const ann = await world.person('Ann');
    const from = today();
    const socket = await world.socket(ann);
    const toMidnightMs = DAY_MS - (world.clock.now().getTime() % DAY_MS);
    world.clock.advance(toMidnightMs + 90 * MINUTE_MS);
    await leave(ann, socket);
    const { days, activeDays, sessions } = await activityOf(ann);
    expect([activeDays, sessions]).toEqual([2, 1]);
    expect(days.map(({ date }: { date: string }) => date)).toEqual([from, today()]);
    expect(days[0].minutesOnline).toBe(Math.floor(toMidnightMs / MINUTE_MS));
    expect(days[1].minutesOnline).toBe(90);
    expect((await activityOf(ann, '?days=1')).days).toHaveLength(1);
  });

  it('is stored for a bounded time', async () => {
    const [row] = await ActivityDayModel.find().hint({ _id: 1 }).limit(1).lean();
    expect(Number(row?.purgeAt) - Number(row?.day)).toBe(100 * DAY_MS);
    const indexes = await ActivityDayModel.collection.indexes();
    expect(indexes).toContainEqual(expect.objectContaining({ key: { purgeAt: 1 }, expireAfterSeconds: 0 }));
  });
});
