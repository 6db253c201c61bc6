/** What hostile clients send to the WebSockets of seed 004: the server answers or hangs up, and serves everybody else. */
import { once } from 'node:events';
import net from 'node:net';
import { WebSocket } from 'ws';
import { MAX_PLAIN_FRAME_BYTES } from '../../src/config/limits';
import { HOSTILE_JSON, withField } from '../support/hostile';
import { startWorld, type World } from '../support/native-world';
import { closeRawSockets, join, type Member, type RawSocket, rawSocket, roomOf } from './seed-004-client';

const FRAMES_PER_WINDOW = 300;

let world: World;
let ann: Member;
let ben: Member;
let roomId: string;
/** Somebody who must notice nothing of it all. */
let bystander: RawSocket;
let hostile: RawSocket;
let serial = 0;

beforeAll(async () => {
  world = await startWorld({ SOCKET_RATE_LIMIT_MAX: String(FRAMES_PER_WINDOW), WS_PING_SECONDS: '1' });
  [ann, ben] = [await join(world), await join(world)];
  roomId = await roomOf(ann, ben);
});
afterAll(() => world.stop());

beforeEach(async () => {
  bystander = await inRoom(ben);
  hostile = await inRoom(ann);
});
afterEach(async () => {
  serial += 1;
  const content = `still here ${serial}`;
  const healthy = await inRoom(ann);
  healthy.say({ content });
  await bystander.waitFor('NEW_MESSAGE', (data) => data.content === content);
  expect(bystander.frames.filter(({ type }) => type === 'ERROR')).toEqual([]);
  closeRawSockets();
});

const inRoom = (who: Member) => rawSocket(world.app.url, `/room/${roomId}`, { token: who.accessToken() });

/** The codes of the errors that came, once there are so many answers. */
async function codesOf(socket: RawSocket, count: number): Promise<string[]> {
  await socket.waitFor('ERROR', () => socket.frames.length >= count);
  return socket.frames.map(({ data }) => data.code);
}

describe('a frame', () => {
  it.each(Object.entries(HOSTILE_JSON))(
    'that is %s is answered by ERROR, and the connection lives',
    async (_kind, raw) => {
      hostile.ws.send(raw);
      expect(await hostile.waitFor('ERROR')).toMatchObject({ code: 'validation_failed' });
      expect(hostile.ws.readyState).toBe(WebSocket.OPEN);
    },
  );

  it.each(Object.entries(HOSTILE_JSON))(
    'with a content that is %s is refused or harmless',
    async (_kind, raw) => {
      hostile.ws.send(withField({}, 'content', raw));
      hostile.say({});
      // The answer to what is refused for sure comes after that to what may be.
      await hostile.waitFor('ERROR', ({ message }) => message === 'content is required');
      for (const { data } of hostile.frames) expect(data.code).toBe('validation_failed');
    },
  );

  it.each([
    ['no JSON', 'content: hello'],
    ['empty', ''],
    ['half a JSON', '{"content": "x"'],
    ['without content', '{"text": "Hello"}'],
    ['with a content too long', JSON.stringify({ content: 'x'.repeat(4097) })],
  ])('%s is answered by ERROR', async (_what, raw) => {
    hostile.ws.send(raw);
    expect(await hostile.waitFor('ERROR')).toMatchObject({ code: 'validation_failed' });
  });

  it('that is binary is answered by ERROR', async () => {
    hostile.ws.send(Buffer.from('{"content":"Hello"}'), { binary: true });
    expect(await hostile.waitFor('ERROR')).toMatchObject({ code: 'validation_failed' });
  });

  it('in pieces is one frame', async () => {
    hostile.ws.send('{"content":', { fin: false });
    hostile.ws.send('', { fin: false });
    hostile.ws.send('"in pieces"}', { fin: true });
    await bystander.waitFor('NEW_MESSAGE', ({ content }) => content === 'in pieces');
  });

  it('with the longest content there is passes, whatever it is made of', async () => {
    for (const content of ['\u{1f600}'.repeat(2048), '"'.repeat(4096), 'é'.repeat(4096)]) {
      hostile.say({ content });
      await bystander.waitFor('NEW_MESSAGE', (data) => data.content === content);
    }
    const escaped = [...'\u{1f600}'.repeat(2048)]
      .map((one) => [0, 1].map((i) => `\\u${one.charCodeAt(i).toString(16)}`).join(''))
      .join('');
    expect(escaped.length).toBeLessThan(MAX_PLAIN_FRAME_BYTES);
  });

  it('over 64 KB ends the connection with 1009, in one piece or in many', async () => {
    hostile.ws.send('x'.repeat(MAX_PLAIN_FRAME_BYTES + 1));
    expect(await hostile.closed).toBe(1009);
    const other = await inRoom(ann);
    for (let i = 0; i < 70; i += 1) other.ws.send('x'.repeat(1000), { fin: false });
    expect(await other.closed).toBe(1009);
  });

  it('that is no UTF-8 ends the connection with 1007', async () => {
    hostile.ws.send(Buffer.from([0xff, 0xfe]), { binary: false });
    expect(await hostile.closed).toBe(1007);
  });
});

describe('too many frames', () => {
  it('are answered by rate_limited, and far too many end the connection', async () => {
    for (let i = 0; i < FRAMES_PER_WINDOW; i += 1) hostile.say({});
    hostile.say({ content: 'One too many' });
    const codes = await codesOf(hostile, FRAMES_PER_WINDOW + 1);
    expect(codes.filter((code) => code === 'validation_failed')).toHaveLength(FRAMES_PER_WINDOW);
    expect(codes.at(-1)).toBe('rate_limited');
    for (let i = 0; i < FRAMES_PER_WINDOW; i += 1) hostile.say({});
    expect(await hostile.closed).toBe(1008);
  });

  it('of pings end the connection, too', async () => {
    for (let i = 0; i <= FRAMES_PER_WINDOW; i += 1) hostile.ws.ping();
    expect(await hostile.closed).toBe(1008);
  });
});

describe('a client', () => {
  it('that gives no sign of life is cut off, one that does is not', async () => {
    const token = ann.accessToken();
    const url = `${world.app.url.replace('http', 'ws')}/users?token=${token}`;
    const dead = new WebSocket(url, { autoPong: false });
    const [code] = await once(dead, 'close');
    expect(code).toBe(1006);
    expect(hostile.ws.readyState).toBe(WebSocket.OPEN);
  });

  it.each([
    ['no key', 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'],
    [
      'a bad key',
      'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n',
    ],
    [
      'another version',
      'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 99\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n',
    ],
    ['another protocol', 'Upgrade: h2c\r\nConnection: Upgrade\r\n'],
  ])('that shakes hands with %s is refused', async (_what, headers) => {
    const line = await raw(`GET /users?token=${ann.accessToken()} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
    expect(line).toBe('HTTP/1.1 400 Bad Request');
  });

  it('that goes away while being looked at leaves nothing behind', async () => {
    const cleo = await join(world);
    const key = 'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';
    const request = `GET /users?token=${cleo.accessToken()} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${key}\r\n`;
    for (let i = 0; i < 20; i += 1) {
      const socket = net.connect(Number(new URL(world.app.url).port), '127.0.0.1');
      await once(socket, 'connect');
      socket.on('error', () => undefined);
      socket.write(request, () => socket.resetAndDestroy());
    }
    const seer = await rawSocket(world.app.url, '/users', { token: ann.accessToken() });
    const isOffline = (people: Array<{ id: string; online: boolean }>) =>
      people.some(({ id, online }) => id === cleo.id && !online);
    await seer.waitFor('USERS', isOffline);
  });
});

/** Writes bytes as they are and gives the first line that comes back. */
async function raw(bytes: string): Promise<string> {
  const socket = net.connect(Number(new URL(world.app.url).port), '127.0.0.1');
  await once(socket, 'connect');
  let heard = '';
  socket.on('data', (data) => {
    heard += data;
  });
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return heard.split('\r\n')[0] ?? '';
}
