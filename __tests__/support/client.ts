import { randomUUID } from 'node:crypto';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { assertMatchesOpenapi } from './openapi';

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the wire holds
  body: any;
}

/** A REST call; every answer of the suite is held against the OpenAPI document. */
export async function call(
  url: string,
  method: string,
  path: string,
  options: { body?: unknown; token?: string; headers?: Record<string, string>; rawBody?: string } = {},
): Promise<Answer> {
  const { body, token, headers, rawBody } = options;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...((body !== undefined || rawBody !== undefined) && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(rawBody !== undefined && { body: rawBody }),
  });
  const text = await response.text();
  const parsed = text === '' ? undefined : JSON.parse(text);
  assertMatchesOpenapi(method, path, response.status, response.headers, parsed, dialectOf(token));
  return { status: response.status, headers: response.headers, body: parsed };
}

/** What the session of a token speaks; what is no token of ours is told like everybody. */
function dialectOf(token: string | undefined): string | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString());
    return typeof claims.dialect === 'string' ? claims.dialect : undefined;
  } catch {
    return undefined;
  }
}

export interface Person {
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the wire holds
  user: any;
  id: string;
  phoneNumber: string;
  deviceId: string;
  accessToken: string;
  refreshToken: string;
  api(method: string, path: string, body?: unknown): Promise<Answer>;
}

let nextNumber = 0;

/** A phone number nobody else in this run has. */
export function freshPhone(): string {
  nextNumber += 1;
  return `+9199${String(process.pid % 10_000).padStart(4, '0')}${String(nextNumber).padStart(4, '0')}`;
}

/** Signs somebody up over REST, as a client would; the same phone again is another device of the same person. */
export async function signUp(
  app: { url: string },
  options: { name?: string; phoneNumber?: string; deviceId?: string } = {},
): Promise<Person> {
  const phoneNumber = options.phoneNumber ?? freshPhone();
  await call(app.url, 'POST', '/api/auth/send-otp', { body: { phoneNumber } });
  const login = await call(app.url, 'POST', '/api/auth/verify-otp', {
    body: { phoneNumber, otp: '123456', deviceId: options.deviceId ?? `device-${randomUUID()}` },
  });
  if (login.status !== 200) throw new Error(`sign-in failed: ${JSON.stringify(login.body)}`);
  const { accessToken, refreshToken, deviceId, user } = login.body;
  const api: Person['api'] = (method, path, body) =>
    call(app.url, method, path, { token: accessToken, body });
  if (login.body.isNewUser)
    await api('POST', '/api/auth/complete-profile', { name: options.name ?? 'Somebody' });
  return { user, id: user.id, phoneNumber, deviceId, accessToken, refreshToken, api };
}

/** A real Socket.IO client that keeps all it hears, so that a test can wait for what may have come already. */
export interface TestSocket extends Socket {
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the wire holds
  heard(event: string): any[];
  /** The first (or `count`th) event that satisfies `where`, now or later. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the wire holds
  waitFor(event: string, where?: (payload: any) => boolean, timeoutMs?: number): Promise<any>;
  /** Emits and resolves to the acknowledgement. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the wire holds
  ask(event: string, payload?: unknown): Promise<any>;
}

/** Opens a socket without waiting for anything. */
export function openSocket(url: string, options: Partial<ManagerOptions & SocketOptions> = {}): TestSocket {
  const socket = io(url, { forceNew: true, reconnection: false, transports: ['websocket'], ...options });
  const log: Array<{ event: string; payload: unknown }> = [];
  const waiting = new Set<() => void>();
  socket.onAny((event: string, payload: unknown) => {
    log.push({ event, payload });
    for (const look of [...waiting]) look();
  });
  const matching = (event: string, where: (payload: never) => boolean = () => true) =>
    log
      .filter((entry) => entry.event === event && where(entry.payload as never))
      .map((entry) => entry.payload);
  return Object.assign(socket, {
    heard: (event: string) => matching(event),
    ask: (event: string, payload?: unknown) =>
      payload === undefined
        ? socket.timeout(10_000).emitWithAck(event)
        : socket.timeout(10_000).emitWithAck(event, payload),
    waitFor: (event: string, where?: (payload: never) => boolean, timeoutMs = 10_000) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(
            new Error(
              `no ${event} within ${timeoutMs} ms; heard ${log.map((entry) => entry.event).join(', ')}`,
            ),
          );
        }, timeoutMs);
        const look = () => {
          const found = matching(event, where);
          if (found.length === 0) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found[0]);
        };
        waiting.add(look);
        look();
      }),
  }) as TestSocket;
}

/** Opens a socket with a person's token and waits until it is connected. */
export async function connect(
  app: { url: string },
  person: Pick<Person, 'accessToken'>,
  options: Partial<ManagerOptions & SocketOptions> = {},
): Promise<TestSocket> {
  const socket = openSocket(app.url, { auth: { token: person.accessToken }, ...options });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}
