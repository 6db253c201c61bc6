import { MAX_FORWARD_CHATS, MAX_TEMP_ID_LENGTH } from '../config/limits';
import { AppError, invalidField, notFound } from '../errors/app-error';
import type { EventBus } from '../events/event-bus';
import type { Journal } from '../journal/journal.types';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import {
  assertAlive,
  assertMayDeleteForEveryone,
  assertMayEdit,
  assertMayPost,
} from '../policies/message.policy';
import type { Actor } from '../types/actor';
import type { Clock } from '../types/clock';
import type { UserContent } from '../types/content';
import { readContent } from './content';
import { factsOf, findVisibleMessage } from './message-access';
import type { Roster, RosterService } from './roster.service';

export interface SendInput {
  chatId: string;
  content: unknown;
  replyTo?: string | null;
  tempId?: string | null;
}

export interface MessageService {
  /**
   * Writes a message; resolves once it is on disk in a majority of the replica set. The same `tempId` again gives the first
   * message with `isNew: false` (contract section 4).
   * @throws validation_failed, not_found, forbidden, conflict, unavailable
   */
  sendMessage(actor: Actor, input: SendInput): Promise<{ message: MessageRecord; isNew: boolean }>;
  /** Replaces the text, or the caption of media, within 15 minutes. @throws validation_failed, not_found, forbidden */
  editMessage(actor: Actor, messageId: string, content: unknown): Promise<MessageRecord>;
  /** Leaves a tombstone for everybody. Deleting twice is no error. @throws not_found, forbidden */
  deleteForEveryone(actor: Actor, messageId: string): Promise<MessageRecord>;
  /** Hides the message from the actor only; changes no `rev`. @throws not_found */
  deleteForMe(actor: Actor, messageId: string): Promise<void>;
  /** Sends the content again into up to 20 chats. @throws validation_failed, not_found, forbidden */
  forwardMessage(actor: Actor, messageId: string, chatIds: string[]): Promise<MessageRecord[]>;
  /** One message the actor may see. @throws not_found */
  getMessage(actor: Actor, messageId: string): Promise<MessageRecord>;
}

export function createMessageService(deps: {
  journal: Journal;
  rosters: RosterService;
  bus: EventBus;
  clock: Clock;
  recordChange: (userId: string, key: string, value: unknown) => Promise<unknown>;
}): MessageService {
  const { journal, rosters, bus, clock, recordChange } = deps;

  async function replyOf(actor: Actor, chatId: string, messageId: string): Promise<MessageRecord['replyTo']> {
    const { message } = await findVisibleMessage(rosters, actor.userId, messageId).catch((error) => {
      throw error instanceof AppError && error.code === 'not_found'
        ? invalidField('replyTo', 'is no message of this chat')
        : error;
    });
    if (String(message.chatId) !== chatId) throw invalidField('replyTo', 'is no message of this chat');
    return { id: message._id, senderId: message.senderId, content: message.content };
  }

  function expiry(roster: Roster): Date | undefined {
    if (roster.disappearingSeconds === 0) return undefined;
    return new Date(clock.now().getTime() + roster.disappearingSeconds * 1000);
  }

  return {
    async sendMessage(actor, input) {
      const content = readContent(input.content);
      const tempId = readTempId(input.tempId);
      const chatId = input.chatId.toLowerCase();
      const roster = rosters.peek(chatId) ?? (await rosters.get(chatId));
      assertMayPost(actor.userId, roster);
      const replyTo = input.replyTo ? await replyOf(actor, chatId, input.replyTo) : undefined;
      return journal.append({
        chatId,
        senderId: actor.userId,
        content,
        tempId,
        replyTo,
        expiresAt: expiry(roster),
      });
    },

    async editMessage(actor, messageId, content) {
      const { message, roster } = await findVisibleMessage(rosters, actor.userId, messageId);
      const now = clock.now();
      const result = await journal.amend(String(message.chatId), messageId, (latest) => {
        assertMayEdit(actor.userId, roster, factsOf(latest), now);
        const edited = editedContent(latest, content);
        return sameContent(edited, latest) ? undefined : { content: edited, editedAt: now };
      });
      if (result.isChanged) bus.emit('message.updated', { message: result.message });
      return result.message;
    },

    async deleteForEveryone(actor, messageId) {
      const { message, roster } = await findVisibleMessage(rosters, actor.userId, messageId);
      const now = clock.now();
      const result = await journal.amend(String(message.chatId), messageId, (latest) => {
        assertMayDeleteForEveryone(actor.userId, roster, factsOf(latest), now);
        return latest.deletedAt ? undefined : { content: null, reactions: [], replyTo: null, deletedAt: now };
      });
      if (result.isChanged) {
        await scrubQuotes(messageId);
        bus.emit('message.deleted', { message: result.message, userId: actor.userId });
      }
      return result.message;
    },

    async deleteForMe(actor, messageId) {
      const { message } = await findVisibleMessage(rosters, actor.userId, messageId);
      await MessageModel.collection.updateOne(
        { _id: message._id },
        { $addToSet: { deletedFor: toObjectId(actor.userId) } },
      );
      const chatId = String(message.chatId);
      await recordChange(actor.userId, `hidden:${messageId}`, { chatId });
      bus.emit('message.hidden', { userId: actor.userId, chatId, messageId });
    },

    async forwardMessage(actor, messageId, chatIds) {
      if (chatIds.length > MAX_FORWARD_CHATS)
        throw invalidField('chatIds', `must name at most ${MAX_FORWARD_CHATS} chats`);
      const { message } = await findVisibleMessage(rosters, actor.userId, messageId);
      const facts = factsOf(message);
      assertAlive(facts);
      if (message.expiresAt && message.expiresAt <= clock.now()) throw notFound('The message');
      const targets = await Promise.all(chatIds.map((chatId) => rosters.get(chatId)));
      for (const roster of targets) assertMayPost(actor.userId, roster);
      const origin = message.forwardedFrom ?? { messageId: message._id, senderId: message.senderId };
      const sent = targets.flatMap((roster) =>
        roster
          ? journal.append({
              chatId: roster.chatId,
              senderId: actor.userId,
              content: facts.content,
              forwardedFrom: origin,
              expiresAt: expiry(roster),
            })
          : [],
      );
      return (await Promise.all(sent)).map((result) => result.message);
    },

    async getMessage(actor, messageId) {
      return (await findVisibleMessage(rosters, actor.userId, messageId)).message;
    },
  };
}

function readTempId(tempId: string | null | undefined): string | undefined {
  if (tempId === undefined || tempId === null) return undefined;
  if (tempId.length > 0 && tempId.length <= MAX_TEMP_ID_LENGTH) return tempId;
  throw invalidField('tempId', `must have 1 to ${MAX_TEMP_ID_LENGTH} characters`);
}

/** A text is replaced; of media only the caption can change (contract section 4: a bare string is its short form). */
function editedContent(message: MessageRecord, change: unknown): UserContent {
  const old = message.content;
  if (old === null || old.type === 'system' || old.type === 'location') {
    throw invalidField('content', 'of this message cannot be edited');
  }
  if (old.type === 'text') {
    const content = readContent(change);
    if (content.type !== 'text') throw invalidField('content.type', 'must stay text');
    return content;
  }
  if (typeof change === 'string') {
    const { text } = readContent(change) as { text: string };
    return { ...old, caption: text };
  }
  const media = readContent({ ...old, ...(change as object), type: old.type, url: old.url });
  return { ...old, caption: 'caption' in media ? media.caption : undefined };
}

function sameContent(content: UserContent, message: MessageRecord): boolean {
  return JSON.stringify(content) === JSON.stringify(message.content);
}

/** What was deleted for everyone must not live on in quotations of it. */
export async function scrubQuotes(messageId: string): Promise<void> {
  await MessageModel.collection.updateMany(
    { 'replyTo.id': toObjectId(messageId) },
    { $set: { 'replyTo.content': null } },
  );
}
