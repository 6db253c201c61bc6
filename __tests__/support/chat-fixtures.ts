/** Chats as the product wires them, on the test file's database and over the real journal. */

import { createLogger } from '../../src/config/logger';
import { AppError } from '../../src/errors/app-error';
import { createKeyedQueue } from '../../src/helpers/keyed-queue';
import { createJournal } from '../../src/journal/journal';
import { ChatModel } from '../../src/models/chat.model';
import { MembershipModel } from '../../src/models/membership.model';
import { MessageModel, type MessageRecord } from '../../src/models/message.model';
import { createChatViews } from '../../src/presenters/chat-list.presenter';
import { createPresentMessages } from '../../src/presenters/message-list.presenter';
import { createChatService } from '../../src/services/chat.service';
import { createChatNarrator } from '../../src/services/chat-narrator';
import { createChatSettingsService } from '../../src/services/chat-settings.service';
import { createChatSnapshotService } from '../../src/services/chat-snapshot.service';
import { createContactService } from '../../src/services/contact.service';
import { createGroupService } from '../../src/services/group.service';
import { createInviteService } from '../../src/services/invite.service';
import { createMediaLibrary } from '../../src/services/media-library';
import { createMessageSearchService } from '../../src/services/message-search.service';
import { createReceiptService } from '../../src/services/receipt.service';
import { createRosterService } from '../../src/services/roster.service';
import { createSearchIndexer } from '../../src/services/search-indexer.service';
import { createUserChangeService } from '../../src/services/user-change.service';
import { type Clock, systemClock } from '../../src/types/clock';
import type { Content } from '../../src/types/content';
import { noCache } from './cache';
import { noOthers } from './nodes';
import { testSigner } from './signer';
import { recordingBus, storeUser } from './user-fixtures';

type Who = { userId: string };

export const UNKNOWN_ID = 'f'.repeat(24);

/** Every service a chat needs, as one node has them; several of them on one database are several nodes. */
export function chatNode(clock: Clock = systemClock) {
  const { bus, heard } = recordingBus();
  const cache = noCache();
  const logger = createLogger({ level: 'silent', isProduction: false });
  const journal = createJournal({ bus, logger, clock, maxPending: 10_000, others: noOthers() });
  const receipts = createReceiptService({ journal, rosters: createRosterService(bus), bus, cache });
  const presentMessages = createPresentMessages({
    statusFloors: receipts.statusFloors,
    clock,
    signer: testSigner,
  });
  const snapshots = createChatSnapshotService({ journal, cache });
  const chatViews = createChatViews({ snapshots, presentMessages, signer: testSigner });
  const chatService = createChatService({ journal, bus, clock, cache });
  const seen = async ({ userId }: Who, { chatId, isNew }: { chatId: string; isNew: boolean }) => ({
    chat: await chatViews.oneForViewer(userId, chatId),
    isNew,
  });
  const narrator = createChatNarrator({ journal, bus });
  const userChanges = createUserChangeService();
  const turns = createKeyedQueue();
  const indexer = createSearchIndexer({ logger });
  return {
    bus,
    heard,
    journal,
    receipts,
    userChanges,
    presentMessages,
    chatViews,
    /** The verbs of chats with what a client would be shown. */
    chats: {
      openPrivate: async (actor: Who, otherId: string) =>
        seen(actor, await chatService.openPrivate(actor, otherId)),
      openPrivateWith: async (actor: Who, memberIds: string[]) =>
        seen(actor, await chatService.openPrivateWith(actor, memberIds)),
      list: async (actor: Who, page: { limit: number; cursor?: string }) => {
        const { chatIds, nextCursor } = await chatService.list(actor, page);
        return { chats: await chatViews.forViewer(actor.userId, chatIds), nextCursor };
      },
      get: ({ userId }: Who, chatId: string) => chatViews.oneForViewer(userId, chatId),
    },
    settings: createChatSettingsService({ narrator, bus, userChanges }),
    groups: createGroupService({
      journal,
      bus,
      clock,
      narrator,
      turns,
      library: createMediaLibrary({ clock }),
    }),
    invites: createInviteService({ journal, clock, narrator, turns }),
    contacts: createContactService({ bus, userChanges, cache }),
    indexer,
    search: createMessageSearchService({ journal, indexer, clock }),
    /** What went over the bus, watermarks aside: those move behind the acknowledgement, at any time. */
    told: () => heard.filter(([name]) => name !== 'receipt.moved'),
    /** Writes a message as the message service would. */
    async say(chatId: string, senderId: string, content: string | Content): Promise<MessageRecord> {
      const full = typeof content === 'string' ? ({ type: 'text', text: content } as const) : content;
      return (await journal.append({ chatId, senderId, content: full })).message;
    },
    async stop() {
      await indexer.stop();
      await receipts.stop();
      await journal.stop();
    },
  };
}

/** As many new users as names are given, as actors. */
export async function people<const Names extends readonly string[]>(
  ...names: Names
): Promise<{ [Index in keyof Names]: { userId: string } }> {
  const stored = [];
  for (const name of names) stored.push({ userId: (await storeUser({ name })).id });
  return stored as { [Index in keyof Names]: { userId: string } };
}

/** The code a promise is refused with, or `allowed`. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'allowed',
    (error) => (error instanceof AppError ? error.code : String(error)),
  );
}

/** The system messages of a chat, oldest first, without their type. */
export async function toldIn(chatId: string): Promise<Array<Record<string, unknown>>> {
  const messages = await MessageModel.find({ chatId }).sort({ seq: 1 }).lean();
  return messages.flatMap(({ content, senderId }) => {
    if (content?.type !== 'system') return [];
    const { type: _type, ...told } = content;
    return [{ by: String(senderId), ...told }];
  });
}

/** Who is in a chat as what, and whether the chat's own fields agree. */
export async function rolesIn(chatId: string): Promise<Record<string, string>> {
  const [chat, memberships] = await Promise.all([
    ChatModel.findById(chatId).lean(),
    MembershipModel.find({ chatId, leftAt: null }).lean(),
  ]);
  const roles = Object.fromEntries(memberships.map(({ userId, role }) => [String(userId), role]));
  const owners = Object.keys(roles).filter((id) => roles[id] === 'owner');
  if (chat?.memberCount !== memberships.length) throw new Error(`memberCount is ${chat?.memberCount}`);
  if (chat.type === 'group' && String(chat.ownerId) !== String(owners[0] ?? null))
    throw new Error('wrong ownerId');
  return roles;
}
