/**
 * Firebase Cloud Messaging as far as we use it, on a local port: `messages:send` of its v1 API and Google's token endpoint, with
 * their own paths, authentication and error bodies. The real SDK talks to it.
 */
import { createServer, type IncomingMessage } from 'node:http';
import { Agent } from 'node:https';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { createFcmPush } from '../../src/providers/push/fcm';
import type { PushProvider } from '../../src/providers/push/push.port';

export const FCM_PROJECT = 'parley-test';
const ACCESS_TOKEN = 'an-access-token';

/** Leads Google's hosts here, in a server that runs as a process: for NODE_OPTIONS. */
export const DETOUR = `--require ${path.join(__dirname, 'google-detour.cjs')}`;

/** What FCM was asked to send, in its own words. */
export interface FcmMessage {
  token: string;
  data: Record<string, string>;
  notification?: { title: string; body: string };
  android: { collapse_key: string; priority: string; ttl: string; notification?: Record<string, unknown> };
  apns: { headers: Record<string, string>; payload: { aps: Record<string, unknown> } };
}

/** An answer of FCM's that is no success. */
export interface FcmFailure {
  status: number;
  errorCode?: string;
  headers?: Record<string, string>;
}

export const UNREGISTERED: FcmFailure = { status: 404, errorCode: 'UNREGISTERED' };

export interface FakeFcm {
  port: number;
  /** What arrived and was accepted, oldest first; of one device where `token` is given. */
  sent(token?: string): FcmMessage[];
  /** How many requests there were, whatever became of them. */
  requests(): number;
  /** Resolves when there were so many requests. */
  asked(count: number): Promise<void>;
  /** Resolves to the `count` first accepted ones of a device that satisfy `where`, once there are so many. */
  waitFor(token: string, count?: number, where?: (message: FcmMessage) => boolean): Promise<FcmMessage[]>;
  /** Answers what comes from now on by this; undefined accepts it. */
  answer(by: (message: FcmMessage) => FcmFailure | undefined): void;
  /** From now on requests get no answer, until `release`. */
  hold(): void;
  release(): void;
  /** The real SDK, led here. */
  provider(): PushProvider;
  stop(): Promise<void>;
}

export async function startFakeFcm(): Promise<FakeFcm> {
  const accepted: FcmMessage[] = [];
  const watchers = new Set<() => void>();
  let requests = 0;
  let verdict: (message: FcmMessage) => FcmFailure | undefined = () => undefined;
  let held: Array<() => void> | undefined;

  const server = createServer(async (req, res) => {
    const body = await readBody(req);
    const reply = (status: number, value: unknown, headers: Record<string, string> = {}) =>
      void res
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(value));
    if (req.url === '/token' || req.url?.startsWith('/oauth2/'))
      return reply(200, { access_token: ACCESS_TOKEN, expires_in: 3600, token_type: 'Bearer' });
    requests += 1;
    for (const look of [...watchers]) look();
    if (held) await new Promise<void>((resolve) => held?.push(resolve));
    // Who asked did not live to hear the answer: nothing was handed over.
    if (res.destroyed || req.socket.destroyed) return undefined;
    if (req.url !== `/v1/projects/${FCM_PROJECT}/messages:send`)
      return reply(404, errorBody({ status: 404 }));
    if (req.headers.authorization !== `Bearer ${ACCESS_TOKEN}`) return reply(401, errorBody({ status: 401 }));
    const { message } = JSON.parse(body) as { message: FcmMessage };
    const failure = verdict(message);
    if (failure) return reply(failure.status, errorBody(failure), failure.headers);
    accepted.push(message);
    for (const look of [...watchers]) look();
    return reply(200, { name: `projects/${FCM_PROJECT}/messages/${accepted.length}` });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const sent = (token?: string) => accepted.filter((message) => !token || message.token === token);

  return {
    port,
    sent,
    requests: () => requests,
    asked: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (requests < count) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    waitFor: (token, count = 1, where = () => true) =>
      new Promise((resolve) => {
        const look = () => {
          const found = sent(token).filter(where);
          if (found.length < count) return;
          watchers.delete(look);
          resolve(found.slice(0, count));
        };
        watchers.add(look);
        look();
      }),
    answer(by) {
      verdict = by;
    },
    hold() {
      held = [];
    },
    release() {
      for (const resolve of held ?? []) resolve();
      held = undefined;
    },
    provider() {
      const agent = new Agent({ keepAlive: true });
      agent.createConnection = (() => net.connect(port, '127.0.0.1')) as never;
      const credential = { getAccessToken: async () => ({ access_token: ACCESS_TOKEN, expires_in: 3600 }) };
      return createFcmPush({ projectId: FCM_PROJECT, credential }, agent);
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function errorBody({ status, errorCode }: FcmFailure) {
  const details = errorCode && [
    { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode },
  ];
  return {
    error: { code: status, message: 'refused', status: errorCode ?? 'UNKNOWN', ...(details && { details }) },
  };
}
