/**
 * What a dialect gives and what it is given. A dialect is a folder of its own that translates between the words of one seed and the
 * services that all dialects share; nothing but the list in `index.ts` knows it by name.
 */
import type { RequestHandler, Router } from 'express';
import type { Outbound } from '../delivery/outbound';
import type { ChatViews } from '../presenters/chat-list.presenter';
import type { PresentMessages } from '../presenters/message-list.presenter';
import type { SyncView } from '../presenters/sync.presenter';
import type { AppOpeningService } from '../services/app-opening.service';
import type { AuthService } from '../services/auth.service';
import type { ChatService } from '../services/chat.service';
import type { ContactRequestService } from '../services/contact-request.service';
import type { ContactSyncService } from '../services/contact-sync.service';
import type { DeviceService } from '../services/device.service';
import type { GroupService } from '../services/group.service';
import type { HistoryService } from '../services/history.service';
import type { MediaService } from '../services/media.service';
import type { MediaSigner } from '../services/media-library.types';
import type { MessageService } from '../services/message.service';
import type { PeopleService } from '../services/people.service';
import type { ReceiptService } from '../services/receipt.service';
import type { TypingService } from '../services/typing.service';
import type { UserService } from '../services/user.service';
import type { UserSearchService } from '../services/user-search.service';
import type { EventHandler } from '../socket/event-router';
import type { Actor } from '../types/actor';
import type { Clock } from '../types/clock';
import type { DialectName } from '../types/dialect';

/** The services a dialect may use, under the names they have everywhere. */
export interface DialectServices {
  authService: AuthService;
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
  history: HistoryService;
  receipts: ReceiptService;
  appOpening: AppOpeningService;
  typing: TypingService;
  presentMessages: PresentMessages;
  sync: (actor: Actor, body: Record<string, unknown>) => Promise<SyncView>;
}

/** What a dialect stands on. */
export interface DialectGround {
  clock: Clock;
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
}

/**
 * One dialect. Its documents are `swagger/<name>.openapi.yaml`, if it has routes, and `swagger/<name>.asyncapi.yaml`, which also
 * guards the payloads of its client events.
 */
export interface Dialect {
  readonly name: DialectName;
  /** The events that its outbound side sends, those common to all dialects among them. */
  readonly serverEvents: readonly string[];
  /** Serves its client events, on every connection. */
  inbound(ground: DialectGround): Record<string, EventHandler>;
  /** Words what is delivered to connections that speak it. */
  outbound(ground: DialectGround): Outbound;
  /** Words an answer of the native REST API to one of its sessions, if it has words of its own for that. */
  answer?(body: object): object;
  /** Its REST side. */
  routes?(ground: DialectGround, gates: HttpGates): Mount[];
}
