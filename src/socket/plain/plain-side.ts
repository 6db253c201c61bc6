/** What a dialect gives that has WebSockets of its own beside Socket.IO; `plain-server` does all that is the same for any of them. */
import type { IncomingHttpHeaders } from 'node:http';
import type { AppError } from '../../errors/app-error';
import type { Actor } from '../../types/actor';

/** A request for a connection, before anybody is let in. */
export interface UpgradeRequest {
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
}

/** An open connection as its dialect sees it. */
export interface PlainSocket {
  readonly actor: Actor;
  /** Where it was opened, as `placeOf` named it. */
  readonly place: string;
  /** Sends a text frame; what is sent to many is encoded once. Nothing happens when the connection is ending. */
  send(frame: Buffer): void;
}

/** Serves what a client sent, checked before against its schema. What it throws is told to the client. */
export type FrameHandler = (socket: PlainSocket, payload: Record<string, unknown>) => Promise<void>;

export interface PlainSide {
  /** The place that a path stands for; undefined for a path of somebody else's. */
  placeOf(path: string): string | undefined;
  /** The access token that a request brings. @throws forbidden for a page that may not bring it */
  tokenOf(request: UpgradeRequest): string | undefined;
  /** Lets somebody into a place. @throws not_found, forbidden */
  assertMayEnter(actor: Actor, place: string): Promise<void>;
  /** What clients send, by the names of its AsyncAPI document. */
  readonly frames: Readonly<Record<string, FrameHandler>>;
  /** Which of them that is in a place; undefined where nothing is sent. */
  frameAt(place: string): string | undefined;
  /** Tells these connections of one user or several what its outbound side worded, those whom it concerns. */
  deliver(sockets: readonly PlainSocket[], payload: unknown): void;
  /** How it says that something went wrong. */
  failure(error: AppError): Buffer;
  opened?(socket: PlainSocket): void;
  closed?(socket: PlainSocket): void;
  stop?(): void;
}
