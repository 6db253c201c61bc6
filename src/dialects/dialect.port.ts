/**
 * What a dialect gives and what it is given. A dialect is a folder of its own that translates between the words of one seed and the
 * services that all dialects share; nothing but the list in `index.ts` knows it by name.
 */
import type { RequestHandler, Router } from 'express';
import type { Outbound } from '../delivery/outbound';
import type { EventBus } from '../events/event-bus';
import type { ChatViews } from '../presenters/chat-list.presenter';
import type { PresentMessages } from '../presenters/message-list.presenter';
import type { SyncView } from '../presenters/sync.presenter';
import type { AppOpeningService } from '../services/app-opening.service';
import type { AuthService } from '../services/auth.service';
import type { ChatService } from '../services/chat.service';
import type { ContactRequestService } from '../services/contact-request.service';
import type { ContactSyncService } from '../services/contact-sync.service';
import type { DeviceService } from '../services/device.service';
import type { DirectoryService } from '../services/directory.service';
import type { GroupService } from '../services/group.service';
import type { HistoryService } from '../services/history.service';
import type { MediaService } from '../services/media.service';
import type { MediaSigner } from '../services/media-library.types';
import type { MessageService } from '../services/message.service';
import type { PasswordService } from '../services/password.service';
import type { PeopleService } from '../services/people.service';
import type { ReceiptService } from '../services/receipt.service';
import type { RosterService } from '../services/roster.service';
import type { SignUpService } from '../services/sign-up.service';
import type { TypingService } from '../services/typing.service';
import type { UserService } from '../services/user.service';
import type { UserSearchService } from '../services/user-search.service';
import type { EventHandler } from '../socket/event-router';
import type { PlainSide } from '../socket/plain/plain-side';
import type { Actor } from '../types/actor';
import type { Clock } from '../types/clock';
import type { DialectName } from '../types/dialect';

/** The services a dialect may use, under the names they have everywhere. */
export interface DialectServices {
  authService: AuthService;
  passwordService: PasswordService;
  signUps: SignUpService;
  userService: UserService;
  userSearchService: UserSearchService;
  contactRequests: ContactRequestService;
  contactSync: ContactSyncService;
  deviceService: DeviceService;
  people: PeopleService;
  chats: ChatService;
  chatViews: ChatViews;
  groups: GroupService;
  messages: MessageService;
  directory: DirectoryService;
  history: HistoryService;
  rosters: RosterService;
  receipts: ReceiptService;
  appOpening: AppOpeningService;
  typing: TypingService;
  presentMessages: PresentMessages;
  sync: (actor: Actor, body: Record<string, unknown>) => Promise<SyncView>;
}

/** What a dialect that signs in by cookies goes by. */
export interface CookieRules {
  /** They go over HTTPS only: in production. */
  isSecure: boolean;
  /** Seconds a refresh token lives. */
  refreshTtlSeconds: number;
  /** Whether a request that brings cookies may come from this origin; `host` is whom it was sent to. */
  mayComeFrom(origin: string, host: string | undefined): boolean;
}

/** What a dialect stands on. */
export interface DialectGround {
  cookies: CookieRules;
  clock: Clock;
  bus: EventBus;
  signer: MediaSigner;
  media: MediaService;
  services: DialectServices;
}

/** What its REST routes put before their controllers. */
export interface HttpGates {
  authenticate: RequestHandler;
  /** For routes that a stranger can call. */
  authRateLimit: RequestHandler;
  /** Receives the file of the named field. */
  upload: (field: string) => RequestHandler[];
}

export interface Mount {
  /** Where the router stands, such as `/api/v1`. */
  path: string;
  router: Router;
  /** It takes cookies: allowed origins may send them along. */
  takesCookies?: boolean;
}

/** The part of a dialect that is spoken over Socket.IO. */
export interface SocketIoSide {
  /** The events that its outbound side sends, those common to all dialects among them. */
  readonly serverEvents: readonly string[];
  /** Serves its client events, on every Socket.IO connection. */
  inbound(ground: DialectGround): Record<string, EventHandler>;
  /** Words what is delivered to connections that speak it. */
  outbound(ground: DialectGround): Outbound;
}

/** The part of a dialect that has WebSockets of its own, at paths of its own. */
export interface PlainSocketSide {
  /** What its outbound side says, and what it says besides. */
  readonly serverEvents: readonly string[];
  /** What its clients send; `PlainSide.frames` serves them. */
  readonly clientFrames: readonly string[];
  /** Words what is delivered to its connections. */
  outbound(ground: DialectGround): Outbound;
  /** Takes the upgrades at its paths. */
  upgrades(ground: DialectGround): PlainSide;
}

/**
 * One dialect. Its documents are `swagger/<name>.openapi.yaml`, if it has routes, and `swagger/<name>.asyncapi.yaml`, if it has events,
 * which also guards the payloads of what clients send. It has a Socket.IO side, WebSockets of its own, or neither.
 */
export interface Dialect extends Partial<SocketIoSide>, Partial<PlainSocketSide> {
  readonly name: DialectName;
  /** Words an answer of the native REST API to one of its sessions, if it has words of its own for that. */
  answer?(body: object): object;
  /** Its REST side. */
  routes?(ground: DialectGround, gates: HttpGates): Mount[];
}
