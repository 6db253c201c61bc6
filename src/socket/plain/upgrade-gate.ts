import { once } from 'node:events';
import { type Server as HttpServer, type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../config/logger';
import { AppError, notFound, unavailable } from '../../errors/app-error';
import { toAppError } from '../../errors/to-app-error';
import { toProblem } from '../../errors/to-problem';
import { requestIdFrom } from '../../helpers/request-id';
import type { UpgradeRequest } from './plain-side';

/** Engine.IO serves what begins so. */
const SOCKET_IO_PATH = '/socket.io/';
/** RFC 6455 section 4.1: 16 bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;
const VERSIONS = ['8', '13'];

/** A request to be upgraded, with what is left of it to the one that serves it. */
export interface Upgrade {
  request: UpgradeRequest;
  message: IncomingMessage;
  socket: Duplex;
  head: Buffer;
}

/** One that serves upgrades at some paths. */
export interface UpgradeServer {
  placeOf(path: string): string | undefined;
  /** Opens the connection. @throws AppError when it is refused */
  accept(upgrade: Upgrade, place: string): Promise<void>;
}

export interface UpgradeGate {
  /** Refuses every upgrade from now on. */
  close(): void;
  /**
   * Resolves when no upgraded connection is left, Socket.IO's among them; those that are still there after this time are cut. One whose
   * client does not read would else keep the server from its end for half a minute.
   */
  empty(withinMs: number): Promise<void>;
}

/** Answers upgrades: at the paths of these servers theirs, Socket.IO's its own; all others are refused like any request. */
export function guardUpgrades(
  http: HttpServer,
  { servers, logger }: { servers: readonly UpgradeServer[]; logger: Logger },
): UpgradeGate {
  const open = new Set<Duplex>();
  let isClosed = false;

  async function serve(upgrade: Upgrade): Promise<void> {
    if (isClosed) throw unavailable('The server is going down');
    for (const server of servers) {
      const place = server.placeOf(upgrade.request.path);
      if (place === undefined) continue;
      assertWebSocket(upgrade.message);
      return server.accept(upgrade, place);
    }
    throw notFound('A WebSocket at this address');
  }

  http.on('upgrade', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    open.add(socket.once('close', () => open.delete(socket)));
    const url = message.url ?? '';
    if (url.startsWith(SOCKET_IO_PATH)) return;
    // Who goes away while being looked at is no error of ours.
    socket.on('error', () => socket.destroy());
    const [path = '', query = ''] = splitOnce(url);
    const request = { path, query: new URLSearchParams(query), headers: message.headers };
    serve({ request, message, socket, head }).catch((error: unknown) => {
      const appError = toAppError(error);
      if (appError.code === 'internal')
        logger.error(`An upgrade at ${path.slice(0, 50)} failed`, { cause: appError.cause ?? error });
      refuse(socket, appError, requestIdFrom(headerOf(message, 'x-request-id')));
    });
  });

  return {
    close() {
      isClosed = true;
    },
    async empty(withinMs) {
      const gone = [...open].map((socket) => once(socket, 'close'));
      await Promise.race([Promise.allSettled(gone), delay(withinMs, undefined, { ref: false })]);
      for (const socket of open) socket.destroy();
    },
  };
}

function splitOnce(url: string): [string, string] {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  return [headers[name]].flat()[0];
}

/** What is no WebSocket handshake would only be refused once somebody was let in. @throws validation_failed */
function assertWebSocket(message: IncomingMessage): void {
  const isSound =
    message.method === 'GET' &&
    headerOf(message, 'upgrade')?.toLowerCase() === 'websocket' &&
    KEY.test(headerOf(message, 'sec-websocket-key') ?? '') &&
    VERSIONS.includes(headerOf(message, 'sec-websocket-version') ?? '');
  if (!isSound) throw new AppError('validation_failed', 'This address takes WebSocket connections only');
}

/** The answer that a REST request would get. */
function refuse(socket: Duplex, error: AppError, requestId: string): void {
  const problem = toProblem(error, requestId);
  const body = JSON.stringify(problem);
  const lines = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Connection: close',
    'Cache-Control: no-store',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    ...(error.retryAfterSeconds === undefined ? [] : [`Retry-After: ${error.retryAfterSeconds}`]),
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
