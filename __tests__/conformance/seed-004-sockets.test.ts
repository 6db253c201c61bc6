/** Seed 004 (dialect rooms), its WebSockets: every row and rule, as a client written from nothing else meets them. */
import type { Socket as TcpSocket } from 'node:net';
import type { Person } from '../support/client';
import { ISO_TIME, say, startWorld, textTo, UNKNOWN_ID, type World } from '../support/native-world';
import { refusalAt } from '../support/upgrades';
import {
  closeRawSockets,
  join,
  type Member,
  natively,
  type RawSocket,
  rawSocket,
  roomOf,
} from './seed-004-client';

const EVIL = 'https://evil.example';

let world: World;
let ann: Member;
let ben: Member;
/** Somebody who speaks the native dialect. */
let nina: Person;
let roomId: string;

beforeAll(async () => {
  world = await startWorld();
  [ann, ben] = [await join(world), await join(world)];
  nina = await world.person('Nina');
  roomId = await roomOf(ann, ben);
});
afterAll(() => world.stop());
afterEach(closeRawSockets);

const open = (who: Member, path: string) => rawSocket(world.app.url, path, { token: who.accessToken() });
const inRoom = (who: Member, id = roomId) => open(who, `/room/${id}`);
const refused = (path: string, headers?: Record<string, string>) => refusalAt(world.app.url, path, headers);

/** Says something and waits until the other hears it; what that other heard before is then known, too. */
async function sayTo(from: RawSocket, to: RawSocket, content: string) {
  from.say({ content });
  return to.waitFor('NEW_MESSAGE', (data) => data.content === content);
}

const idOf = (content: string, socket: RawSocket) =>
  socket.frames.find(({ data }) => data.content === content)?.data.id;

describe('the access token', () => {
  it('is taken from the cookie accessToken, automatic for browsers', async () => {
    const headers = { cookie: `theme=dark; accessToken=${ann.accessToken()}`, origin: world.app.url };
    const socket = await rawSocket(world.app.url, `/room/${roomId}`, { headers });
    expect(socket.ws.readyState).toBe(socket.ws.OPEN);
  });

  it('is taken from the query param ?token=', async () => {
    expect((await inRoom(ann)).ws.protocol).toBe('');
  });

  it('is taken from the header Authorization: Bearer', async () => {
    const headers = { authorization: `Bearer ${ann.accessToken()}` };
    await rawSocket(world.app.url, `/room/${roomId}`, { headers });
  });

  it('is looked for in this order', async () => {
    const nobody = await join(world);
    const cookie = `accessToken=${ann.accessToken()}`;
    const bearer = (who: Member) => `Bearer ${who.accessToken()}`;
    const path = `/room/${roomId}`;
    const theirs = nobody.accessToken();
    await rawSocket(world.app.url, path, {
      token: theirs,
      headers: { cookie, authorization: bearer(nobody) },
    });
    const own = ann.accessToken();
    await rawSocket(world.app.url, path, { token: own, headers: { authorization: bearer(nobody) } });
    expect(await refused(`${path}?token=${theirs}`, { authorization: bearer(ann) })).toMatchObject({
      status: 404,
    });
  });

  it.each(['', '?token=', '?token=nonsense', '?token=e30.e30.e30', '?other=1'])(
    'is missed with 401: %s',
    async (query) => {
      for (const path of ['/users', `/room/${roomId}`, `/room/${UNKNOWN_ID}`])
        expect(await refused(`${path}${query}`)).toEqual({ status: 401, code: 'unauthenticated' });
    },
  );

  it('in a cookie is refused with 403 when the page is of a foreign origin', async () => {
    const cookie = `accessToken=${ann.accessToken()}`;
    for (const path of ['/users', `/room/${roomId}`])
      expect(await refused(path, { cookie, origin: EVIL })).toEqual({ status: 403, code: 'forbidden' });
  });

  it('in the address may be brought by any page', async () => {
    const token = ann.accessToken();
    await rawSocket(world.app.url, `/room/${roomId}`, { token, headers: { origin: EVIL } });
  });
});

describe('the routes', () => {
  it('let nobody into a foreign room, an unknown one, or a group: 404', async () => {
    const groupId = await world.group(natively(world, ann), []);
    const foreign = (await ben.api('POST', '/msg/room', { otherUserId: nina.id })).body.id;
    for (const id of [foreign, UNKNOWN_ID, groupId, 'x', '%00', 'f'.repeat(23)])
      expect([id, await refused(`/room/${id}?token=${ann.accessToken()}`)]).toEqual([
        id,
        { status: 404, code: 'not_found' },
      ]);
  });

  it.each(['/', '/room', '/room/', '/users/x', '/room/a/b', '/socket.io', '/api/chats', '//', '/%'])(
    'are no other paths: %s is answered with 404',
    async (path) => {
      const headers = { authorization: `Bearer ${ann.accessToken()}` };
      expect(await refused(path, headers)).toEqual({ status: 404, code: 'not_found' });
    },
  );

  it('stand beside Socket.IO on the same port', async () => {
    const socket = await world.socket(nina);
    const raw = await inRoom(ann);
    expect([socket.connected, raw.ws.readyState]).toEqual([true, raw.ws.OPEN]);
  });
});

describe('sending { "content": "Hello world" }', () => {
  it('saves the message and broadcasts NEW_MESSAGE to the other user in the room', async () => {
    const [hers, his] = [await inRoom(ann), await inRoom(ben)];
    const data = await sayTo(hers, his, 'Hello world');
    expect(data).toEqual({
      id: expect.any(String),
      content: 'Hello world',
      senderId: ann.id,
      createdAt: expect.stringMatching(ISO_TIME),
    });
    const { messages } = (await ben.api('GET', `/msg/room/${roomId}/messages`)).body;
    expect(messages.at(-1)).toEqual(data);
  });

  it('sends NEW_MESSAGE to no socket of the sender', async () => {
    const [first, second, his] = [await inRoom(ann), await inRoom(ann), await inRoom(ben)];
    await sayTo(first, his, 'Not to myself');
    await sayTo(his, first, 'Back');
    await second.waitFor('NEW_MESSAGE', ({ content }) => content === 'Back');
    for (const socket of [first, second]) expect(idOf('Not to myself', socket)).toBeUndefined();
  });

  it('reaches every socket of the other in that room, and none in another', async () => {
    const otherRoom = await roomOf(ben, nina);
    const [hers, one, two] = [await inRoom(ann), await inRoom(ben), await inRoom(ben)];
    const [elsewhere, users] = [await inRoom(ben, otherRoom), await open(ben, '/users')];
    await sayTo(hers, one, 'To this room');
    await two.waitFor('NEW_MESSAGE', ({ content }) => content === 'To this room');
    await say(nina, otherRoom, 'To the other');
    await elsewhere.waitFor('NEW_MESSAGE');
    expect(elsewhere.frames.map(({ data }) => data.content)).toEqual(['To the other']);
    expect(users.frames.filter(({ type }) => type === 'NEW_MESSAGE')).toEqual([]);
  });

  it('keeps the order in which it was sent', async () => {
    const [hers, his] = [await inRoom(ann), await inRoom(ben)];
    const texts = Array.from({ length: 50 }, (_, i) => `number ${i}`);
    for (const content of texts) hers.say({ content });
    await his.waitFor('NEW_MESSAGE', ({ content }) => content === 'number 49');
    expect(his.frames.map(({ data }) => data.content)).toEqual(texts);
  });

  it('reaches and is reached by every other dialect', async () => {
    const room = await roomOf(ann, nina);
    const native = await world.socket(nina);
    const direct = await world.socket(nina, 'direct');
    const hers = await inRoom(ann, room);
    hers.say({ content: 'From a raw socket' });
    const heard = await native.waitFor('new_message', ({ message }) => message.chatId === room);
    expect(heard.message).toMatchObject({
      content: { type: 'text', text: 'From a raw socket' },
      senderId: ann.id,
    });
    await direct.waitFor('private-message', ({ content }) => content === 'From a raw socket');
    await native.ask('send_message', textTo(room, 'From Socket.IO'));
    await hers.waitFor('NEW_MESSAGE', ({ content }) => content === 'From Socket.IO');
    await direct.ask('private-message', { senderId: nina.id, receiverId: ann.id, content: 'From direct' });
    await hers.waitFor('NEW_MESSAGE', ({ content }) => content === 'From direct');
    await say(nina, room, 'From REST');
    await hers.waitFor('NEW_MESSAGE', ({ content }) => content === 'From REST');
  });

  it('is refused by ERROR where one blocked the other, and the connection lives', async () => {
    const cleo = await join(world);
    const room = await roomOf(ann, cleo);
    const hers = await inRoom(ann, room);
    await natively(world, cleo).api('POST', '/api/contacts/block', { userId: ann.id });
    hers.say({ content: 'Still there?' });
    expect(await hers.waitFor('ERROR')).toMatchObject({ code: 'forbidden' });
    await natively(world, cleo).api('DELETE', `/api/contacts/block/${ann.id}`);
    expect(hers.ws.readyState).toBe(hers.ws.OPEN);
  });

  it('moves the receipts: what reached a room socket is delivered, and not read', async () => {
    const room = await roomOf(ann, nina);
    const native = await world.socket(nina);
    await inRoom(ann, room);
    const { message } = await native.ask('send_message', textTo(room, 'Did you get it?'));
    const isIt = ({ messageId }: { messageId: string }) => messageId === message.id;
    expect(await native.waitFor('message_status_update', isIt)).toMatchObject({ status: 'delivered' });
    const { receipts } = (await nina.api('GET', `/api/messages/${message.id}/receipts`)).body;
    expect(receipts).toEqual([{ userId: ann.id, status: 'delivered' }]);
  });

  it('is delivered as well by asking for the history', async () => {
    const cleo = await join(world);
    const room = await roomOf(cleo, nina);
    const native = await world.socket(nina);
    const { message } = await native.ask('send_message', textTo(room, 'While you were away'));
    await cleo.api('GET', `/msg/room/${room}/messages`);
    const isIt = ({ messageId }: { messageId: string }) => messageId === message.id;
    expect(await native.waitFor('message_status_update', isIt)).toMatchObject({ status: 'delivered' });
  });
});

describe('MESSAGE_UPDATED and MESSAGE_DELETED', () => {
  it('tell a room of what is edited and deleted elsewhere', async () => {
    const room = await roomOf(ann, nina);
    const hers = await inRoom(ann, room);
    const message = await say(nina, room, 'Helo');
    const content = { type: 'text', text: 'Hello' };
    await nina.api('PUT', `/api/messages/${message.id}`, { content });
    expect(await hers.waitFor('MESSAGE_UPDATED')).toEqual({
      id: message.id,
      content: 'Hello',
      senderId: nina.id,
      createdAt: message.createdAt,
    });
    await nina.api('DELETE', `/api/messages/${message.id}?forEveryone=true`);
    expect(await hers.waitFor('MESSAGE_DELETED')).toEqual({ id: message.id });
  });

  it("tell one's own sockets of one's own changes", async () => {
    const room = await roomOf(ann, nina);
    const hers = await inRoom(ann, room);
    const native = natively(world, ann);
    const message = await say(native, room, 'Only here');
    await native.api('DELETE', `/api/messages/${message.id}`);
    expect(await hers.waitFor('MESSAGE_DELETED')).toEqual({ id: message.id });
  });
});

describe('/users', () => {
  interface Listed {
    id: string;
    name: string;
    email: string | null;
    online: boolean;
  }
  const find = (people: Listed[], { id }: { id: string }) => people.find((person) => person.id === id);
  const whereIs = (who: { id: string }, facts: Partial<Listed>) => (people: Listed[]) => {
    const found = find(people, who);
    return (
      found !== undefined &&
      Object.entries(facts).every(([key, value]) => found[key as keyof Listed] === value)
    );
  };

  it('gets a list of users on connecting, those one has a room with first', async () => {
    const cleo = await join(world);
    await roomOf(cleo, ben);
    const people: Listed[] = await (await open(cleo, '/users')).waitFor('USERS');
    expect(people[0]).toEqual({
      id: ben.id,
      name: ben.email.split('@')[0],
      email: ben.email,
      online: expect.any(Boolean),
    });
    expect(find(people, cleo)).toBeUndefined();
    expect(find(people, ann)).toMatchObject({ email: null });
    expect(find(people, nina)).toMatchObject({ name: 'Nina', email: null });
  });

  it('tells who comes and goes, a raw socket being as good as any', async () => {
    const [cleo, dan] = [await join(world), await join(world)];
    const list = await open(cleo, '/users');
    await list.waitFor('USERS', whereIs(dan, { online: false }));
    const his = await open(dan, '/users');
    await list.waitFor('USERS', whereIs(dan, { online: true }));
    const profile = natively(world, dan).api('GET', '/api/users/profile');
    expect((await profile).body.user.socketIds).toHaveLength(1);
    list.frames.length = 0;
    his.ws.close();
    await list.waitFor('USERS', whereIs(dan, { online: false }));
  });

  it('tells of new people, other names, rooms, and who is not to be found any more', async () => {
    const cleo = await join(world);
    const list = await open(cleo, '/users');
    await list.waitFor('USERS');
    const dan = await join(world);
    await list.waitFor('USERS', whereIs(dan, { email: null }));
    await natively(world, dan).api('PUT', '/api/users/profile', { name: 'Daniel' });
    await list.waitFor('USERS', whereIs(dan, { name: 'Daniel' }));
    await roomOf(dan, cleo);
    await list.waitFor('USERS', whereIs(dan, { email: dan.email }));
    list.frames.length = 0;
    await natively(world, dan).api('PUT', '/api/users/profile', { privacy: { discoverable: false } });
    await list.waitFor('USERS', (people) => !find(people, dan));
  });

  it('leaves out those with whom a block stands between, and hides who hides being online', async () => {
    const [cleo, dan, eve] = [await join(world), await join(world), await join(world)];
    const list = await open(cleo, '/users');
    await open(dan, '/users');
    await list.waitFor('USERS', whereIs(dan, { online: true }));
    await natively(world, dan).api('PUT', '/api/users/profile', { privacy: { online: 'nobody' } });
    list.frames.length = 0;
    await list.waitFor('USERS', whereIs(dan, { online: false }));
    await natively(world, eve).api('POST', '/api/contacts/block', { userId: cleo.id });
    await list.waitFor('USERS', (people) => !find(people, eve));
  });

  it('takes nothing', async () => {
    const list = await open(ann, '/users');
    list.say({ content: 'To all' });
    expect(await list.waitFor('ERROR')).toMatchObject({ code: 'not_found' });
  });
});

describe('a raw socket', () => {
  it('ends with its session, wherever that ends', async () => {
    const cleo = await join(world);
    const list = await open(cleo, '/users');
    await cleo.api('POST', '/auth/logout');
    expect(await list.closed).toBe(4401);
    expect(list.frames.at(-1)).toMatchObject({ type: 'ERROR', data: { code: 'unauthenticated' } });
  });

  it('counts among the 50 of a user, of which the oldest goes', async () => {
    const cleo = await join(world);
    const first = await open(cleo, '/users');
    const native = await world.socket(natively(world, cleo));
    await Promise.all(Array.from({ length: 49 }, () => open(cleo, '/users')));
    expect(await first.closed).toBe(1008);
    expect(native.connected).toBe(true);
  });

  it('is cut off when it does not read, while the others go on hearing everything', async () => {
    const openings: string[] = [];
    world.app.bus.on('connection.opened', ({ socketId }) => {
      openings.push(socketId);
    });
    const deaf = await inRoom(ben);
    (deaf.ws as unknown as { _socket: TcpSocket })._socket.pause();
    const [hers, healthy] = [await inRoom(ann), await inRoom(ben)];
    let isCut = false;
    world.app.bus.on('connection.closed', ({ socketId }) => {
      isCut ||= socketId === openings[0];
    });
    const text = 'x'.repeat(4000);
    // Enough to fill what the kernel takes for a connection, and then what the server lets wait.
    for (let round = 0; round < 400 && !isCut; round += 1) {
      for (let i = 0; i < 50; i += 1) hers.say({ content: text });
      await sayTo(hers, healthy, `round ${round}`);
      healthy.frames.length = 0;
    }
    expect(isCut).toBe(true);
    await sayTo(hers, healthy, 'still here');
  });
});
