/** What the tests of seed 004 share: clients with a cookie jar, as a browser has one. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { assertMatchesAsyncapi } from '../support/asyncapi';
import { type Answer, call, type Person } from '../support/client';
import type { World } from '../support/native-world';

export const CODE = '123456';
export const PASSWORD = 'correct horse';

/** As one `Set-Cookie` header has it. */
export interface SetCookie {
  name: string;
  value: string;
  attributes: string[];
}

/** Somebody who uses the REST API with a jar of cookies of their own. */
export interface Visitor {
  cookies: Map<string, string>;
  /** What the last answer set. */
  lastSet(): SetCookie[];
  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

/** Somebody with an account who is signed in. */
export interface Member extends Visitor {
  id: string;
  email: string;
  accessToken(): string;
}

/** A client that keeps cookies; what has a path it sends there alone. */
export function visitor(url: string): Visitor {
  const cookies = new Map<string, string>();
  let set: SetCookie[] = [];
  return {
    cookies,
    lastSet: () => set,
    async api(method, path, body, headers = {}) {
      const isAuth = path.startsWith('/auth');
      const jar = [...cookies].filter(([name]) => isAuth || name === 'accessToken');
      const cookie = jar.map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await call(url, method, path, {
        body,
        headers: { ...(cookie && { cookie }), ...headers },
      });
      set = answer.headers.getSetCookie().map(parseSetCookie);
      for (const { name, value } of set) {
        if (value === '') cookies.delete(name);
        else cookies.set(name, value);
      }
      return answer;
    },
  };
}

function parseSetCookie(header: string): SetCookie {
  const [pair = '', ...attributes] = header.split('; ');
  const [name = '', value = ''] = pair.split('=');
  return { name, value, attributes };
}

let serial = 0;

/** An address nobody else in this run has. */
export function freshEmail(name = 'person'): string {
  serial += 1;
  return `${name}${serial}.${process.pid}@example.org`;
}

/** A server that clients can call. */
interface Reachable {
  app: { url: string };
}

/** Signs somebody up as the seed has it: registers, types the code. */
export async function join(world: Reachable, email = freshEmail(), password = PASSWORD): Promise<Member> {
  const person = visitor(world.app.url);
  await person.api('POST', '/auth/register', { email, password });
  const { status, body } = await person.api('POST', '/auth/verify-otp', { email, otp: CODE });
  if (status !== 200) throw new Error(`verify-otp answered ${status}: ${JSON.stringify(body)}`);
  return {
    ...person,
    id: body.user.id,
    email,
    accessToken: () => person.cookies.get('accessToken') ?? '',
  };
}

/** The person by the native API, for what seed 004 has no words for. */
export function natively({ app }: Reachable, { id, accessToken }: Member): Person {
  const token = accessToken();
  return {
    id,
    accessToken: token,
    api: (method: string, path: string, body?: unknown) => call(app.url, method, path, { token, body }),
  } as Person;
}

/** The room of two people, made if there is none. */
export async function roomOf(one: Member, other: { id: string }): Promise<string> {
  return (await one.api('POST', '/msg/room', { otherUserId: other.id })).body.id;
}

/** Time enough for another code. */
export function waitForNextCode({ clock }: World): void {
  clock.advance(31_000);
}

/** The status of a sign-in with a password. */
export async function loginStatus(world: World, email: string, password: string): Promise<number> {
  return (await visitor(world.app.url).api('POST', '/auth/login', { email, password })).status;
}

/** A frame as it came. */
export interface RoomsFrame {
  type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the wire holds
  data: any;
}

/** A WebSocket that keeps what it hears; every frame is held against `swagger/rooms.asyncapi.yaml`. */
export interface RawSocket {
  ws: WebSocket;
  frames: RoomsFrame[];
  /** The data of the first frame of this type that satisfies `where`, now or later. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the wire holds
  waitFor(type: string, where?: (data: any) => boolean): Promise<any>;
  say(frame: unknown): void;
  /** Resolves to the code with which it closed. */
  closed: Promise<number>;
}

const WAIT_MS = 10_000;
const opened: WebSocket[] = [];

/** Ends every connection that a test left open. */
export function closeRawSockets(): void {
  for (const ws of opened.splice(0)) ws.terminate();
}

/** Connects, with a token in the address unless told otherwise; resolves once it is open. */
export async function rawSocket(
  url: string,
  path: string,
  { token, headers = {} }: { token?: string; headers?: Record<string, string> } = {},
): Promise<RawSocket> {
  const query = token === undefined ? '' : `?token=${token}`;
  const ws = new WebSocket(`${url.replace('http', 'ws')}${path}${query}`, { headers });
  opened.push(ws);
  const socket = listenTo(ws);
  await once(ws, 'open');
  return socket;
}

function listenTo(ws: WebSocket): RawSocket {
  const frames: RoomsFrame[] = [];
  const looks = new Set<() => void>();
  ws.on('message', (data) => {
    const frame = JSON.parse(String(data)) as RoomsFrame;
    assertMatchesAsyncapi(frame.type, frame, 'rooms');
    frames.push(frame);
    for (const look of [...looks]) look();
  });
  ws.on('error', () => undefined);
  return {
    ws,
    frames,
    say: (frame) => ws.send(JSON.stringify(frame)),
    closed: new Promise((resolve) => ws.once('close', resolve)),
    waitFor: (type, where = () => true) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          looks.delete(look);
          reject(new Error(`no ${type} came; heard ${frames.map((frame) => frame.type).join(', ')}`));
        }, WAIT_MS);
        const look = () => {
          const found = frames.find((frame) => frame.type === type && where(frame.data));
          if (!found) return;
          clearTimeout(timer);
          looks.delete(look);
          resolve(found.data);
        };
        looks.add(look);
        look();
      }),
  };
}
