/** Seed 004 (dialect rooms), its REST half: every row and rule, as a client written from nothing else meets them. */
import jwt from 'jsonwebtoken';
import { SessionModel } from '../../src/models/session.model';
import { call } from '../support/client';
import {
  ISO_TIME,
  keysOf,
  SELF_KEYS,
  say,
  startWorld,
  UNKNOWN_ID,
  type World,
} from '../support/native-world';
import {
  CODE,
  freshEmail,
  join,
  loginStatus,
  type Member,
  natively,
  PASSWORD,
  roomOf,
  visitor,
  waitForNextCode,
} from './seed-004-client';

const EVIL = 'https://evil.example';
const FRIEND = 'https://app.friend.example';

let world: World;
let ann: Member;
let ben: Member;

beforeAll(async () => {
  world = await startWorld({ ALLOWED_ORIGINS: FRIEND });
  [ann, ben] = [await join(world), await join(world)];
});
afterAll(() => world.stop());

const anybody = () => visitor(world.app.url);
const codeOf = ({ body }: { body: { code?: string } }) => body.code;

describe('POST /auth/register { email, password }', () => {
  it('registers a new user and triggers the OTP email: 201 { message }, and no session before the code', async () => {
    const person = anybody();
    const answer = await person.api('POST', '/auth/register', { email: freshEmail(), password: PASSWORD });
    expect([answer.status, keysOf(answer.body)]).toEqual([201, ['message']]);
    expect([...person.cookies.keys()]).not.toContain('accessToken');
    expect((await person.api('GET', '/msg/room')).status).toBe(401);
  });

  it('signs nobody in by password before the code', async () => {
    const email = freshEmail();
    await anybody().api('POST', '/auth/register', { email, password: PASSWORD });
    expect(await loginStatus(world, email, PASSWORD)).toBe(401);
  });

  it('answers the same for an address that has an account, and changes nothing there without the code', async () => {
    const member = await join(world);
    waitForNextCode(world);
    const fresh = await anybody().api('POST', '/auth/register', { email: freshEmail(), password: PASSWORD });
    const known = await anybody().api('POST', '/auth/register', {
      email: member.email,
      password: 'another one',
    });
    expect([known.status, known.body]).toEqual([fresh.status, fresh.body]);
    expect(await loginStatus(world, member.email, PASSWORD)).toBe(200);
    expect(await loginStatus(world, member.email, 'another one')).toBe(401);
    expect((await member.api('GET', '/msg/room')).status).toBe(200);
  });

  it('refuses what is no address, and a password that is too short', async () => {
    const errorsOf = async (body: object) =>
      (await anybody().api('POST', '/auth/register', body)).body.errors;
    expect(await errorsOf({ email: 'ann', password: PASSWORD })).toMatchObject([{ path: 'email' }]);
    expect(await errorsOf({ email: freshEmail(), password: 'short' })).toMatchObject([{ path: 'password' }]);
  });

  it('sends the next code 30 s later at the earliest', async () => {
    const body = { email: freshEmail(), password: PASSWORD };
    await anybody().api('POST', '/auth/register', body);
    const again = await anybody().api('POST', '/auth/register', body);
    expect([again.status, codeOf(again)]).toEqual([429, 'rate_limited']);
  });
});

describe('POST /auth/verify-otp { email, otp }', () => {
  it('verifies the email and logs in: sets the cookies accessToken and refreshToken, HTTP-only', async () => {
    const person = anybody();
    const email = freshEmail('mia');
    await person.api('POST', '/auth/register', { email, password: PASSWORD });
    const { status, body } = await person.api('POST', '/auth/verify-otp', { email, otp: CODE });
    expect([status, keysOf(body), keysOf(body.user)]).toEqual([200, ['user'], SELF_KEYS]);
    expect(body.user).toMatchObject({ email, name: email.split('@')[0] });
    const set = person.lastSet().filter(({ value }) => value !== '');
    expect(set.map(({ name }) => name)).toEqual(['accessToken', 'refreshToken']);
    for (const { attributes } of set) {
      expect(attributes).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Lax']));
      expect(attributes).not.toContain('Secure');
    }
    expect((await person.api('GET', '/msg/room')).status).toBe(200);
  });

  it('takes a code once, and wrong ones three times', async () => {
    const email = freshEmail();
    await anybody().api('POST', '/auth/register', { email, password: PASSWORD });
    const codes = [];
    for (const otp of ['000000', '000001', '000002', CODE])
      codes.push(codeOf(await anybody().api('POST', '/auth/verify-otp', { email, otp })));
    expect(codes).toEqual(['otp_invalid', 'otp_invalid', 'otp_locked', 'otp_locked']);
    const again = await anybody().api('POST', '/auth/verify-otp', { email: ann.email, otp: CODE });
    expect(codeOf(again)).toBe('otp_invalid');
  });
});

describe('POST /auth/login { email, password }', () => {
  it('sets the cookies and answers { user }', async () => {
    const person = anybody();
    const { status, body } = await person.api('POST', '/auth/login', {
      email: ann.email,
      password: PASSWORD,
    });
    expect([status, keysOf(body), body.user.id]).toEqual([200, ['user'], ann.id]);
    expect([...person.cookies.keys()]).toEqual(['accessToken', 'refreshToken']);
  });

  it('refuses a wrong password and an unknown address alike', async () => {
    const wrong = await anybody().api('POST', '/auth/login', { email: ann.email, password: 'wrong horse' });
    const nobody = await anybody().api('POST', '/auth/login', { email: freshEmail(), password: PASSWORD });
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    expect(wrong.body.detail).toBe(nobody.body.detail);
  });
});

describe('POST /auth/refresh', () => {
  it('gets new tokens by the cookie alone, and rotates them', async () => {
    const member = await join(world);
    const before = new Map(member.cookies);
    const { status, body } = await member.api('POST', '/auth/refresh');
    expect([status, body.user.id]).toEqual([200, member.id]);
    expect(member.cookies.get('refreshToken')).not.toBe(before.get('refreshToken'));
    expect((await member.api('GET', '/msg/room')).status).toBe(200);
  });

  it('gives a second tab the same successor, and ends the family when a spent one comes later', async () => {
    const member = await join(world);
    const spent = member.cookies.get('refreshToken') ?? '';
    const tab = anybody();
    tab.cookies.set('refreshToken', spent);
    await member.api('POST', '/auth/refresh');
    expect((await tab.api('POST', '/auth/refresh')).status).toBe(200);
    expect(tab.cookies.get('refreshToken')).toBe(member.cookies.get('refreshToken'));
    world.clock.advance(11_000);
    const thief = anybody();
    thief.cookies.set('refreshToken', spent);
    expect(codeOf(await thief.api('POST', '/auth/refresh'))).toBe('token_reused');
    expect([...thief.cookies.keys()]).toEqual([]);
    expect((await member.api('GET', '/msg/room')).status).toBe(401);
  });

  it('is refused without the cookie', async () => {
    expect(codeOf(await anybody().api('POST', '/auth/refresh'))).toBe('unauthenticated');
  });
});

describe('POST /auth/logout', () => {
  it('clears the cookies and ends the session', async () => {
    const member = await join(world);
    const stolen = new Map(member.cookies);
    const { status, body } = await member.api('POST', '/auth/logout');
    expect([status, body, [...member.cookies.keys()]]).toEqual([200, { ok: true }, []]);
    const thief = anybody();
    for (const [name, value] of stolen) thief.cookies.set(name, value);
    expect((await thief.api('GET', '/msg/room')).status).toBe(401);
    expect((await thief.api('POST', '/auth/refresh')).status).toBe(401);
  });

  it('works with either cookie, and without a session', async () => {
    for (const name of ['accessToken', 'refreshToken']) {
      const member = await join(world);
      const rest = anybody();
      rest.cookies.set(name, member.cookies.get(name) ?? '');
      expect((await rest.api('POST', '/auth/logout')).status).toBe(200);
      expect((await member.api('GET', '/msg/room')).status).toBe(401);
    }
    expect((await anybody().api('POST', '/auth/logout')).status).toBe(200);
  });
});

describe('the tokens', () => {
  it('of a session name the dialect rooms, and last for one session', async () => {
    const { dialect, sid } = jwt.decode(ann.accessToken()) as jwt.JwtPayload;
    expect(dialect).toBe('rooms');
    expect(await SessionModel.countDocuments({ _id: sid })).toBe(1);
  });
});

describe('GET /msg/room', () => {
  it('gets all rooms with the latest message and the access token', async () => {
    const [cleo, dan] = [await join(world), await join(world)];
    expect((await cleo.api('GET', '/msg/room')).body).toEqual({ rooms: [], token: cleo.accessToken() });
    const roomId = await roomOf(cleo, dan);
    const emptyId = await roomOf(cleo, ann);
    const { id } = await say(natively(world, cleo), roomId, 'Hello');
    const { rooms } = (await dan.api('GET', '/msg/room')).body;
    const [user1Id, user2Id] = [cleo.id, dan.id].sort();
    const latest = { id, content: 'Hello', senderId: cleo.id, createdAt: expect.stringMatching(ISO_TIME) };
    expect(rooms).toEqual([{ id: roomId, user1Id, user2Id, messages: [latest] }]);
    const hers = (await cleo.api('GET', '/msg/room')).body.rooms;
    expect(hers.map((room: { id: string }) => room.id)).toEqual([roomId, emptyId]);
    expect(hers[1].messages).toEqual([]);
  });

  it('gets no groups, and of a room whose latest message is gone the one before', async () => {
    const cleo = await join(world);
    const roomId = await roomOf(cleo, ben);
    const native = natively(world, cleo);
    await world.group(native, []);
    await say(native, roomId, 'Stays');
    const gone = await say(native, roomId, 'Goes');
    await native.api('DELETE', `/api/messages/${gone.id}?forEveryone=true`);
    const { rooms } = (await cleo.api('GET', '/msg/room')).body;
    expect(rooms).toMatchObject([{ id: roomId, messages: [{ content: 'Stays' }] }]);
  });

  it('takes a bearer token as well as the cookie, and returns the one it took', async () => {
    const token = ann.accessToken();
    const { status, body } = await call(world.app.url, 'GET', '/msg/room', { token });
    expect([status, body.token]).toEqual([200, token]);
    expect((await anybody().api('GET', '/msg/room')).status).toBe(401);
  });
});

describe('POST /msg/room { otherUserId }', () => {
  it('creates a room with another user, once: its fields and the token side by side', async () => {
    const other = await join(world);
    const made = await ann.api('POST', '/msg/room', { otherUserId: other.id });
    const [user1Id, user2Id] = [ann.id, other.id].sort();
    const room = { id: expect.any(String), user1Id, user2Id, messages: [] };
    expect([made.status, made.body]).toEqual([201, { ...room, token: ann.accessToken() }]);
    const found = await other.api('POST', '/msg/room', { otherUserId: ann.id });
    expect([found.status, found.body]).toEqual([
      200,
      { ...room, id: made.body.id, token: other.accessToken() },
    ]);
  });

  it('refuses oneself, nobody and who blocked one', async () => {
    const open = async (otherUserId: unknown) => codeOf(await ann.api('POST', '/msg/room', { otherUserId }));
    expect(await open(ann.id)).toBe('validation_failed');
    expect(await open(2)).toBe('validation_failed');
    expect(await open(UNKNOWN_ID)).toBe('not_found');
    const blocker = await join(world);
    await natively(world, blocker).api('POST', '/api/contacts/block', { userId: ann.id });
    expect(await open(blocker.id)).toBe('forbidden');
  });
});

describe('GET /msg/room/:roomId/messages', () => {
  it('gets the history, oldest first, with what any client sent', async () => {
    const nina = await world.person('Nina');
    const roomId = await roomOf(ann, nina);
    const first = await say(natively(world, ann), roomId, 'One');
    const second = await say(nina, roomId, 'Two');
    const place = { type: 'location', latitude: 48.1, longitude: 11.5 };
    await nina.api('POST', '/api/messages', { chatId: roomId, content: place });
    const gone = await say(nina, roomId, 'Gone');
    await nina.api('DELETE', `/api/messages/${gone.id}?forEveryone=true`);
    const { messages } = (await ann.api('GET', `/msg/room/${roomId}/messages`)).body;
    expect(messages.map(({ content }: { content: string }) => content)).toEqual(['One', 'Two', '48.1,11.5']);
    const { id, createdAt } = first;
    expect(messages[0]).toEqual({ id, content: 'One', senderId: ann.id, createdAt });
    const older = await ann.api('GET', `/msg/room/${roomId}/messages?before=${second.id}`);
    expect(older.body.messages).toEqual([messages[0]]);
    const newest = await ann.api('GET', `/msg/room/${roomId}/messages?limit=2`);
    expect(newest.body.messages).toEqual([messages[2]]);
  });

  it("is for the room's two only, and groups are no rooms", async () => {
    const roomId = await roomOf(ann, ben);
    const stranger = await join(world);
    expect(codeOf(await stranger.api('GET', `/msg/room/${roomId}/messages`))).toBe('not_found');
    const groupId = await world.group(natively(world, ann), []);
    expect(codeOf(await ann.api('GET', `/msg/room/${groupId}/messages`))).toBe('not_found');
    const elsewhere = await say(natively(world, ann), groupId, 'In the group');
    const before = await ann.api('GET', `/msg/room/${roomId}/messages?before=${elsewhere.id}`);
    expect(codeOf(before)).toBe('not_found');
  });
});

describe('a request that brings a cookie and an Origin', () => {
  const own = () => world.app.url;
  it.each([
    ['POST', '/auth/login'],
    ['POST', '/auth/refresh'],
    ['POST', '/auth/logout'],
    ['GET', '/msg/room'],
    ['POST', '/msg/room'],
  ])('is refused at %s %s unless it comes from the own or an allowed one', async (method, path) => {
    const member = await join(world);
    const body =
      method === 'POST' ? { email: member.email, password: PASSWORD, otherUserId: ben.id } : undefined;
    for (const origin of [EVIL, 'null', `${FRIEND}.evil.example`, `${own()}0`.replace('127.0.0.1', 'x')]) {
      const refused = await member.api(method, path, body, { origin });
      expect([origin, codeOf(refused)]).toEqual([origin, 'forbidden']);
    }
    for (const origin of [own(), FRIEND]) {
      const taken = await member.api(method, path, body, { origin });
      expect([origin, taken.status < 300 || codeOf(taken)]).toEqual([origin, true]);
      if (path === '/auth/logout') break;
    }
  });

  it('may be sent by a page of an allowed origin, which may read the answer', async () => {
    const { headers } = await ann.api('GET', '/msg/room', undefined, { origin: FRIEND });
    expect(headers.get('access-control-allow-origin')).toBe(FRIEND);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
  });

  it('is not told from others where the token is in the header', async () => {
    const answer = await call(world.app.url, 'GET', '/msg/room', {
      token: ann.accessToken(),
      headers: { origin: EVIL },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});
