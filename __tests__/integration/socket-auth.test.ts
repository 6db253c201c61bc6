import { randomUUID } from 'node:crypto';
import { clientEvents } from '../../src/docs/asyncapi-operations';
import { ASYNCAPI_PATH, loadDocument } from '../../src/docs/documents';
import { type Answer, call, connect, openSocket, type Person, type TestSocket } from '../support/client';
import { startWorld, textTo, UNKNOWN_ID, type World } from '../support/native-world';

let world: World;
let alice: Person;
let bob: Person;
beforeAll(async () => {
  world = await startWorld();
  [alice, bob] = [await world.person('Alice'), await world.person('Bob')];
});
afterAll(() => world.stop());

const opened: TestSocket[] = [];
afterEach(() => {
  for (const socket of opened.splice(0)) socket.disconnect();
});

function open(options: Parameters<typeof openSocket>[1] = {}): TestSocket {
  const socket = openSocket(world.app.url, options);
  opened.push(socket);
  return socket;
}

/** Resolves to nothing when the socket gets in, else to the reason. */
function outcome(socket: TestSocket): Promise<(Error & { data?: { code: string } }) | undefined> {
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(undefined));
    socket.once('connect_error', resolve);
  });
}

const gone = (socket: TestSocket): Promise<string> =>
  new Promise((resolve) => {
    if (!socket.connected) resolve('never connected');
    socket.once('disconnect', resolve);
  });

async function enter(person: Pick<Person, 'accessToken'>): Promise<TestSocket> {
  const socket = await connect(world.app, person);
  opened.push(socket);
  return socket;
}

const socketIdsOf = async (person: Person): Promise<string[]> =>
  (await person.api('GET', '/api/users/profile')).body.user.socketIds;

describe('the handshake', () => {
  it.each([
    ['auth.token', (token: string) => ({ auth: { token } })],
    ['auth.token with Bearer', (token: string) => ({ auth: { token: `Bearer ${token}` } })],
    ['the Authorization header', (token: string) => ({ extraHeaders: { authorization: `Bearer ${token}` } })],
  ])('takes the access token in %s', async (_where, options) => {
    const socket = open(options(alice.accessToken));
    expect(await outcome(socket)).toBeUndefined();
    expect((await socket.ask('set_presence', { state: 'online' })).ok).toBe(true);
  });

  it.each(['not-a-token', 'e30.e30.e30'])('refuses a wrong token as unauthenticated: %s', async (token) => {
    const refusal = await outcome(open({ auth: { token } }));
    expect(refusal?.data).toEqual({ code: 'unauthenticated', message: expect.any(String) });
  });

  it('refuses the token of a session that has ended', async () => {
    const carol = await world.person('Carol');
    await carol.api('POST', '/api/auth/logout');
    expect((await outcome(open({ auth: { token: carol.accessToken } })))?.data?.code).toBe('unauthenticated');
  });

  it('works by polling as well', async () => {
    const socket = open({ auth: { token: alice.accessToken }, transports: ['polling'] });
    expect(await outcome(socket)).toBeUndefined();
    expect((await socket.ask('set_presence', { state: 'online' })).ok).toBe(true);
  });

  it('leaves no socket behind when the session ends before it is through', async () => {
    const late = await world.person('Late');
    let isHeld = true;
    world.app.io.use((_socket, next) => {
      if (!isHeld) next();
      else late.api('POST', '/api/auth/logout').then(() => next(), next);
    });
    const socket = open({ auth: { token: late.accessToken } });
    await outcome(socket);
    isHeld = false;
    await gone(socket);
    expect(socket.connected).toBe(false);
  });
});

describe('the authenticate event', () => {
  it('signs in a connection that brought no token', async () => {
    const socket = open();
    expect(await outcome(socket)).toBeUndefined();
    socket.emit('authenticate', { token: alice.accessToken });
    const { user } = await socket.waitFor('authenticated');
    expect(user).toMatchObject({ id: alice.id, online: true });
    expect(user.socketIds).toContain(socket.id);
    const chatId = await world.privateChat(alice, bob);
    const ack = await socket.ask('send_message', textTo(chatId, 'In'));
    await socket.waitFor('new_message', (p) => p.message.id === ack.message.id);
  });

  it('is the only event served before', async () => {
    const socket = open();
    await outcome(socket);
    const names = clientEvents(loadDocument(ASYNCAPI_PATH)).map(({ name }) => name);
    for (const name of [...names.filter((event) => event !== 'authenticate'), 'no_such_event']) {
      const ack = await socket.ask(name, { chatId: UNKNOWN_ID, token: alice.accessToken });
      expect([name, ack.error.code]).toEqual([name, 'unauthenticated']);
    }
    socket.emit('send_message', {});
    expect(await socket.waitFor('operation-error')).toMatchObject({ code: 'unauthenticated' });
  });

  it.each([[{ token: 'wrong' }], [{}], [{ token: 7 }], [undefined]])(
    'is answered by authentication_error with a message for %j',
    async (payload) => {
      const socket = open();
      await outcome(socket);
      const ack = await socket.ask('authenticate', payload);
      expect(ack.ok).toBe(false);
      expect(await socket.waitFor('authentication_error')).toEqual({ message: expect.any(String) });
      expect((await socket.ask('authenticate', { token: alice.accessToken })).ok).toBe(true);
    },
  );

  it('has 10 seconds, then the connection is closed', async () => {
    const socket = open();
    await outcome(socket);
    const startedAt = Date.now();
    expect(await gone(socket)).toBe('io server disconnect');
    expect(Date.now() - startedAt).toBeGreaterThan(9000);
    expect(Date.now() - startedAt).toBeLessThan(11_500);
    expect(socket.heard('authentication_error')).toHaveLength(1);
  });

  it('refuses the token of another user on a live connection, which goes on as it was', async () => {
    const socket = await enter(alice);
    const ack = await socket.ask('authenticate', { token: bob.accessToken });
    expect(ack.error.code).toBe('unauthenticated');
    const { user } = (await socket.ask('authenticate', { token: alice.accessToken })) as Answer['body'];
    expect(user.id).toBe(alice.id);
    expect(await socketIdsOf(bob)).toEqual([]);
  });

  it('refuses the second of two users who authenticate at once', async () => {
    const socket = open();
    await outcome(socket);
    const acks = await Promise.all(
      [alice, bob].map((p) => socket.ask('authenticate', { token: p.accessToken })),
    );
    expect(acks.filter((ack) => ack.ok)).toHaveLength(1);
  });
});

describe('the end of a session', () => {
  it("by logout closes that session's sockets within a second, and no others", async () => {
    const carol = await world.person('Carol');
    const tablet = await world.deviceOf(carol);
    const [first, second] = [await enter(carol), await enter(carol)];
    const [other, stranger] = [await enter(tablet), await enter(bob)];
    const closed = Promise.all([gone(first), gone(second)]);
    const startedAt = Date.now();
    await carol.api('POST', '/api/auth/logout');
    await closed;
    expect(Date.now() - startedAt).toBeLessThan(1000);
    for (const socket of [other, stranger]) {
      expect((await socket.ask('set_presence', { state: 'online' })).ok).toBe(true);
    }
  });

  it('by logout of all devices closes all of them', async () => {
    const carol = await world.person('Carol');
    const tablet = await world.deviceOf(carol);
    const closed = Promise.all([gone(await enter(carol)), gone(await enter(tablet))]);
    await carol.api('POST', '/api/auth/logout', { allDevices: true });
    await closed;
  });

  it('by a refresh token used twice closes the sockets of the family', async () => {
    const carol = await world.person('Carol');
    const refresh = (refreshToken: string) =>
      call(world.app.url, 'POST', '/api/auth/refresh-token', { body: { refreshToken } });
    const closed = gone(await enter(carol));
    const next = (await refresh(carol.refreshToken)).body;
    const later = gone(await enter(next));
    world.clock.advance(10_001);
    expect((await refresh(carol.refreshToken)).body.code).toBe('token_reused');
    await Promise.all([closed, later]);
  });

  it('by removing the device, or by a new login on it, closes its sockets', async () => {
    const carol = await world.person('Carol');
    const tablet = await world.deviceOf(carol, `tablet-${randomUUID()}`);
    const closed = gone(await enter(tablet));
    await carol.api('DELETE', `/api/users/devices/${tablet.deviceId}`);
    await closed;
    const replaced = gone(await enter(carol));
    await world.deviceOf(carol, carol.deviceId);
    await replaced;
  });

  it('by deleting the account closes every socket', async () => {
    const carol = await world.person('Carol');
    const closed = gone(await enter(carol));
    await carol.api('DELETE', '/api/users/profile');
    await closed;
  });
});

describe('socketIds of the profile', () => {
  it('name every live socket of every device, and nothing after all have left', async () => {
    const carol = await world.person('Carol');
    const tablet = await world.deviceOf(carol);
    const sockets = [await enter(carol), await enter(carol), await enter(tablet)];
    expect((await socketIdsOf(carol)).sort()).toEqual(sockets.map(({ id }) => id ?? '').sort());
    const { devices } = (await carol.api('GET', '/api/users/profile')).body.user;
    expect(devices.map((device: { online: boolean }) => device.online)).toEqual([true, true]);
    const [first, ...rest] = sockets;
    first?.disconnect();
    await until(async () => (await socketIdsOf(carol)).length === 2);
    expect((await socketIdsOf(carol)).sort()).toEqual(rest.map(({ id }) => id ?? '').sort());
    for (const socket of rest) socket.disconnect();
    await until(async () => (await socketIdsOf(carol)).length === 0);
    expect((await carol.api('GET', '/api/users/profile')).body.user.online).toBe(false);
  });

  it('hold a socket once, however often it authenticates', async () => {
    const carol = await world.person('Carol');
    const socket = await enter(carol);
    for (let i = 0; i < 3; i += 1) await socket.ask('authenticate', { token: carol.accessToken });
    expect(await socketIdsOf(carol)).toEqual([socket.id]);
  });
});

/** Asks again until it is so; the test's own timeout is the limit. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}
