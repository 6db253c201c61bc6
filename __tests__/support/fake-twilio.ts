/**
 * The part of Twilio's API that we use, on a local port: Messages, Verifications and VerificationCheck, with Twilio's own
 * paths, authentication, statuses and error bodies. The real SDK talks to it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import twilio from 'twilio';

export const TWILIO_ACCOUNT = { accountSid: `AC${'a'.repeat(32)}`, authToken: 'the-auth-token' };
export const TWILIO_SERVICE_SID = `VA${'b'.repeat(32)}`;
/** The code the fake's Verify service sends. */
export const VERIFY_CODE = '246813';

export interface FakeTwilio {
  /** What was posted, oldest first. */
  requests: Array<{ path: string; form: Record<string, string> }>;
  /** The next request is answered with this error of Twilio's. */
  failNext(failure: { status: number; code?: number; message?: string }): void;
  /** Leads the SDK here instead of to twilio.com. */
  httpClient: InstanceType<typeof twilio.RequestClient>;
  stop(): Promise<void>;
}

interface Answer {
  status: number;
  body: unknown;
}

class LocalClient extends twilio.RequestClient {
  constructor(private readonly origin: string) {
    super();
  }

  override request<T>(options: Parameters<InstanceType<typeof twilio.RequestClient>['request']>[0]) {
    const { pathname, search } = new URL(options.uri);
    return super.request<T>({ ...options, uri: `${this.origin}${pathname}${search}` } as never);
  }
}

export async function startFakeTwilio(): Promise<FakeTwilio> {
  const requests: FakeTwilio['requests'] = [];
  const pending = new Set<string>();
  let failure: { status: number; code?: number; message?: string } | undefined;

  const answer = (path: string, form: Record<string, string>): Answer => {
    if (failure) {
      const { status, code = 0, message = 'refused' } = failure;
      failure = undefined;
      return { status, body: { status, code, message } };
    }
    const to = form.To ?? '';
    if (path.endsWith('/Messages.json')) return { status: 201, body: { sid: 'SM1', status: 'queued', to } };
    if (path.endsWith('/Verifications')) {
      pending.add(to);
      return { status: 201, body: { sid: 'VE1', status: 'pending', to, channel: form.Channel } };
    }
    if (!pending.has(to))
      return { status: 404, body: { status: 404, code: 20404, message: 'was not found' } };
    const isRight = form.Code === VERIFY_CODE;
    if (isRight) pending.delete(to);
    return {
      status: 200,
      body: { sid: 'VE1', status: isRight ? 'approved' : 'pending', valid: isRight, to },
    };
  };

  const server = createServer(async (req, res) => {
    const path = req.url ?? '';
    const form = Object.fromEntries(new URLSearchParams(await readBody(req)));
    requests.push({ path, form });
    reply(res, isAuthorised(req) ? answer(path, form) : { status: 401, body: { status: 401, code: 20003 } });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    requests,
    failNext(next) {
      failure = next;
    },
    httpClient: new LocalClient(origin),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isAuthorised(req: IncomingMessage): boolean {
  const { accountSid, authToken } = TWILIO_ACCOUNT;
  return (
    req.headers.authorization === `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`
  );
}

async function readBody(req: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function reply(res: ServerResponse, { status, body }: Answer): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
