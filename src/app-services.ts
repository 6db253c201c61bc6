import { createActivity } from './app-activity';
import { type CallServices, createCallServices } from './app-calls';
import type { MediaGround } from './app-media';
import { observeJournal } from './app-metrics';
import { createContactServices } from './app-people';
import { createStoryServices } from './app-stories';
import type { Config } from './config/env';
import type { Logger } from './config/logger';
import type { Connections } from './delivery/connections';
import type { EventBus } from './events/event-bus';
import { createKeyedQueue } from './helpers/keyed-queue';
import { createJournal } from './journal/journal';
import type { NodeLease } from './nodes/node-lease';
import { createChatViews } from './presenters/chat-list.presenter';
import { createPresentMessages } from './presenters/message-list.presenter';
import { createSyncResponder } from './presenters/sync.presenter';
import type { Cache } from './providers/cache/cache.port';
import type { MailProvider } from './providers/mail/mail.port';
import type { Metrics } from './providers/metrics/metrics.port';
import type { SmsProvider } from './providers/sms/sms.port';
import { createAccountService } from './services/account.service';
import { createAppOpeningService } from './services/app-opening.service';
import { createAuthService } from './services/auth.service';
import { dropWhatChanges } from './services/cached';
import { createChatService } from './services/chat.service';
import { createChatNarrator } from './services/chat-narrator';
import { createChatSettingsService } from './services/chat-settings.service';
import { createChatSnapshotService } from './services/chat-snapshot.service';
import { createContactService } from './services/contact.service';
import { createContactSyncService } from './services/contact-sync.service';
import { createDeviceService } from './services/device.service';
import { createDirectoryService } from './services/directory.service';
import { createEmailService } from './services/email.service';
import { createGroupService } from './services/group.service';
import { createHistoryService } from './services/history.service';
import { createInviteService } from './services/invite.service';
import { createMessageService } from './services/message.service';
import { createMessageSearchService } from './services/message-search.service';
import { createOtpService } from './services/otp.service';
import { createOtpChannels } from './services/otp-channels';
import { createPasswordService } from './services/password.service';
import { createPeopleService } from './services/people.service';
import { createPresenceService } from './services/presence.service';
import { createPresenceAudience } from './services/presence-audience';
import { createPushTokenService } from './services/push-token.service';
import { createRateCountService } from './services/rate-count.service';
import { createReactionService } from './services/reaction.service';
import { createReceiptService } from './services/receipt.service';
import { createRosterService } from './services/roster.service';
import { createSearchIndexer } from './services/search-indexer.service';
import { createSessionService } from './services/session.service';
import { createSessionLiveness } from './services/session-liveness.service';
import { createSignUpService } from './services/sign-up.service';
import type { SigningKey } from './services/signing-key.service';
import { createStarService } from './services/star.service';
import { createSyncService } from './services/sync.service';
import { createTokenService } from './services/token.service';
import { createTypingService } from './services/typing.service';
import { createUserService } from './services/user.service';
import { createUserChangeService } from './services/user-change.service';
import { createUserSearchService } from './services/user-search.service';
import type { Clock } from './types/clock';

/** What the services stand on. */
export interface Foundation {
  config: Config;
  logger: Logger;
  bus: EventBus;
  clock: Clock;
  connections: Connections;
  sms: SmsProvider;
  mail: MailProvider;
  metrics: Metrics;
  signingKey: SigningKey;
  media: MediaGround;
  node: NodeLease;
  cache: Cache;
}

export type Services = ReturnType<typeof createServices>;

/** Builds every service and what presents their results; the order is that of their dependencies. */
export function createServices(base: Foundation) {
  // Before all who hear of changes, so that what they read then is new.
  dropWhatChanges(base.bus, base.cache);
  const chatServices = createChatServices(base);
  const callServices = createCallServices(base);
  const peopleServices = createPeopleServices(base, chatServices, callServices);
  const contacts = createContactServices(base, { ...chatServices, ...peopleServices });
  const stories = createStoryServices(base);
  return { ...chatServices, ...peopleServices, ...contacts, ...callServices, ...stories };
}

function createChatServices(base: Foundation) {
  const { config, logger, bus, clock, media, metrics, node, cache, connections: live } = base;
  const { signer, library } = media;
  const { maxPending } = config.journal;
  const others = { nodeId: node.id, areThere: node.hasOthers };
  const rosters = createRosterService(bus);
  const activity = createActivity(base, rosters);
  const observer = observeJournal(metrics, activity);
  const journal = createJournal({ bus, logger, clock, maxPending, observer, others });
  const userChanges = createUserChangeService();
  const recordChange = userChanges.record;
  const receipts = createReceiptService({ journal, rosters, bus, cache });
  const presentMessages = createPresentMessages({ statusFloors: receipts.statusFloors, clock, signer });
  const snapshots = createChatSnapshotService({ journal, cache });
  const chatViews = createChatViews({ snapshots, presentMessages, signer });
  const narrator = createChatNarrator({ journal, bus });
  const turns = createKeyedQueue();
  const indexer = createSearchIndexer({ logger });
  const syncService = createSyncService({ journal, userChanges, bus, clock });
  return {
    journal,
    rosters,
    activity,
    userChanges,
    receipts,
    appOpening: createAppOpeningService({ bus, rosters, receipts }),
    presentMessages,
    chatViews,
    messages: createMessageService({ journal, rosters, bus, clock, recordChange, library }),
    reactions: createReactionService({ journal, rosters, bus, clock }),
    history: createHistoryService({ rosters, cache }),
    stars: createStarService({ rosters, clock, recordChange }),
    typing: createTypingService({ rosters, bus }),
    presence: createPresenceService({ bus, clock, nodeId: node.id, live }),
    presenceAudience: createPresenceAudience({ rosters }),
    indexer,
    messageSearch: createMessageSearchService({ journal, indexer, clock }),
    chats: createChatService({ journal, bus, clock, cache }),
    chatSettings: createChatSettingsService({ narrator, bus, userChanges }),
    groups: createGroupService({ journal, bus, clock, narrator, turns, library }),
    invites: createInviteService({ journal, clock, narrator, turns }),
    sync: createSyncResponder({ sync: syncService.sync, viewChats: chatViews.forViewer, presentMessages }),
  };
}

function createPeopleServices(
  { config, logger, bus, clock, sms, mail, signingKey, media, cache }: Foundation,
  { userChanges, groups, activity }: ReturnType<typeof createChatServices>,
  { calls }: CallServices,
) {
  const { jwt, otp, isProduction } = config;
  const liveness = createSessionLiveness({ bus, clock });
  const tokenService = createTokenService({ signingKey, liveness, clock, jwt });
  const { refreshSecret, otpSecret } = signingKey;
  const sessionService = createSessionService({
    bus,
    clock,
    refreshSecret,
    refreshTtlDays: jwt.refreshTtlDays,
  });
  const pushTokens = createPushTokenService({ bus, clock });
  const { revokeDevice } = sessionService;
  const deviceService = createDeviceService({ bus, clock, pushTokens, revokeDevice });
  const userService = createUserService({ bus, library: media.library });
  const rateCounts = createRateCountService({ clock });
  const channels = createOtpChannels({ sms, mail, otp });
  const otpService = createOtpService({ channels, rateCounts, clock, otp, secret: otpSecret });
  const contactService = createContactService({ bus, userChanges, cache });
  const people = createPeopleService();
  const auth = { otpService, sessionService, tokenService, deviceService, userService, bus };
  return {
    tokenService,
    pushTokens,
    deviceService,
    userService,
    directory: createDirectoryService(),
    emailService: createEmailService({ otpService, bus }),
    signUps: createSignUpService({ otpService, revokeAll: sessionService.revokeAll, bus, clock }),
    userSearchService: createUserSearchService({ cache }),
    contactService,
    people,
    contactSync: createContactSyncService({ contactService, people, rateCounts }),
    authService: createAuthService({ ...auth, isStrict: isProduction }),
    passwordService: createPasswordService({
      bus,
      rateCounts,
      revokeAll: sessionService.revokeAll,
      isStrict: isProduction,
    }),
    accountService: createAccountService({
      bus,
      clock,
      userChanges,
      revokeAll: sessionService.revokeAll,
      releaseFiles: media.library.reconsiderAllOf,
      leaveAllChats: groups.leaveAllChats,
      endCalls: calls.takeOutOfCalls,
      forgetActivity: activity.forget,
      onError: (error) => logger.error('An account could not be erased completely yet', { cause: error }),
    }),
  };
}
