import { MembershipModel } from '../../src/models/membership.model';
import { MessageModel } from '../../src/models/message.model';
import { call, type Person } from '../support/client';
import { say, startWorld, textTo, type World } from '../support/native-world';

const DAY_MS = 86_400_000;
let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const people = (...names: string[]) => Promise.all(names.map((name) => world.person(name)));

async function statisticsOf(person: Person, query = '') {
  const { status, body } = await person.api('GET', `/api/users/statistics${query}`);
  expect(status).toBe(200);
  return body.statistics;
}

async function read(person: Person, chatId: string, seq: number): Promise<void> {
  const socket = await world.socket(person);
  expect(await socket.ask('mark_read', { chatId, seq })).toEqual({ ok: true });
  socket.disconnect();
}

/** Makes messages so many days older, with all that were said before them in the chat. */
async function age(chatId: string, days: number): Promise<void> {
  const rows = await MessageModel.find({ chatId }).lean();
  for (const { _id, createdAt } of rows)
    await MessageModel.updateOne({ _id }, { createdAt: new Date(createdAt.getTime() - days * DAY_MS) });
}

describe('GET /api/users/statistics', () => {
  it('is all zeros for who has said nothing', async () => {
    const [nora] = await people('Nora');
    expect(await statisticsOf(nora as Person)).toEqual({
      since: expect.any(String),
      sent: 0,
      delivered: 0,
      read: 0,
      received: 0,
      byType: {},
      days: [],
    });
  });

  it('counts what became of the messages in a conversation', async () => {
    const [ann, ben] = (await people('Ann', 'Ben')) as [Person, Person];
    const chatId = await world.privateChat(ann, ben);
    const said = [];
    for (const text of ['one', 'two', 'three']) said.push(await say(ann, chatId, text));
    const place = { chatId, content: { type: 'location', latitude: 1, longitude: 2 } };
    await ann.api('POST', '/api/messages', place);
    const socket = await world.socket(ben);
    await socket.ask('message_delivered', { messageId: said[1].id });
    await read(ben, chatId, said[0].seq);
    expect(await statisticsOf(ann)).toMatchObject({
      ...{ sent: 4, delivered: 2, read: 1, received: 0 },
      byType: { text: 3, location: 1 },
      days: [{ date: world.clock.now().toISOString().slice(0, 10), sent: 4 }],
    });
    expect(await statisticsOf(ben)).toMatchObject({ sent: 0, delivered: 0, read: 0, received: 4 });
    await say(ben, chatId, 'all read');
    expect(await statisticsOf(ann)).toMatchObject({ sent: 4, delivered: 4, read: 4, received: 1 });
  });

  it('takes a message for read in a group when everybody has read it', async () => {
    const [ann, ben, cleo] = (await people('Ann', 'Ben', 'Cleo')) as [Person, Person, Person];
    const chatId = await world.group(ann, [ben, cleo]);
    const { seq } = await say(ann, chatId, 'to all');
    await read(ben, chatId, seq);
    expect(await statisticsOf(ann)).toMatchObject({ sent: 1, delivered: 0, read: 0 });
    await read(cleo, chatId, seq);
    expect(await statisticsOf(ann)).toMatchObject({ sent: 1, delivered: 1, read: 1 });
  });

  it('keeps a reading from the numbers that the reader does not show', async () => {
    const [ann, shy] = (await people('Ann', 'Shy')) as [Person, Person];
    await shy.api('PUT', '/api/users/profile', { privacy: { readReceipts: false } });
    const chatId = await world.privateChat(ann, shy);
    const { seq } = await say(ann, chatId, 'seen?');
    await read(shy, chatId, seq);
    expect(await statisticsOf(ann)).toMatchObject({ sent: 1, delivered: 1, read: 0 });
  });

  it('leaves out what the server says, edits and repetitions, and counts what was deleted', async () => {
    const [ann, ben] = (await people('Ann', 'Ben')) as [Person, Person];
    const chatId = await world.group(ann, [ben]);
    await ann.api('PUT', `/api/chats/${chatId}`, { name: 'Renamed' });
    const body = textTo(chatId, 'once');
    const { message } = (await ann.api('POST', '/api/messages', body)).body;
    await ann.api('POST', '/api/messages', body);
    await ann.api('PUT', `/api/messages/${message.id}`, { content: { type: 'text', text: 'edited' } });
    const gone = await say(ann, chatId, 'gone');
    await ann.api('DELETE', `/api/messages/${gone.id}?forEveryone=true`);
    expect(await statisticsOf(ann)).toMatchObject({ sent: 2, received: 0, byType: { text: 1, deleted: 1 } });
    expect(await statisticsOf(ben)).toMatchObject({ sent: 0, received: 2 });
  });

  it('looks back so many days, today among them', async () => {
    const [ann, ben] = (await people('Ann', 'Ben')) as [Person, Person];
    const chatId = await world.privateChat(ann, ben);
    for (let i = 0; i < 5; i += 1) await say(ann, chatId, `old ${i}`);
    await say(ben, chatId, 'old answer');
    await age(chatId, 3);
    for (let i = 0; i < 2; i += 1) await say(ann, chatId, `new ${i}`);
    await say(ben, chatId, 'new answer');
    expect(await statisticsOf(ann, '?days=3')).toMatchObject({ sent: 2, received: 1 });
    expect(await statisticsOf(ben, '?days=3')).toMatchObject({ sent: 1, received: 2 });
    const { days, ...all } = await statisticsOf(ann, '?days=4');
    expect(all).toMatchObject({ sent: 7, received: 2, since: expect.stringMatching(/T00:00:00\.000Z$/) });
    expect(days.map(({ sent }: { sent: number }) => sent)).toEqual([5, 2]);
  });

  it('counts from a late joining on, and from a coming back', async () => {
    const [ann, ben, late] = (await people('Ann', 'Ben', 'Late')) as [Person, Person, Person];
    const chatId = await world.group(ann, [ben]);
    for (let i = 0; i < 3; i += 1) await say(ann, chatId, `before ${i}`);
    await ann.api('POST', `/api/chats/${chatId}/members`, { userIds: [late.id] });
    await say(ann, chatId, 'after');
    await say(late, chatId, 'thanks');
    expect(await statisticsOf(late)).toMatchObject({ sent: 1, received: 1 });
    await late.api('DELETE', `/api/chats/${chatId}/members/${late.id}`);
    await say(ann, chatId, 'while away');
    await ann.api('POST', `/api/chats/${chatId}/members`, { userIds: [late.id] });
    await say(ann, chatId, 'again');
    expect(await statisticsOf(late)).toMatchObject({ sent: 1, received: 1 });
    expect(await MembershipModel.countDocuments({ userId: late.id, leftAt: null })).toBe(1);
  });

  it.each(['0', '91', '-1', '1.5', 'x', '1e1', '%24gt', '30&days=40'])('refuses %s days', async (days) => {
    const [nora] = (await people('Nora')) as [Person];
    for (const path of ['statistics', 'activity']) {
      const { status, body } = await nora.api('GET', `/api/users/${path}?days=${days}`);
      expect([status, body.errors?.[0]?.path]).toEqual([400, 'days']);
    }
  });

  it('is for people who are signed in', async () => {
    for (const path of ['statistics', 'activity'])
      expect((await call(world.app.url, 'GET', `/api/users/${path}`)).status).toBe(401);
  });
});
