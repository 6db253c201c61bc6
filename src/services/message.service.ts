import { MAX_FORWARD_CHATS, MAX_TEMP_ID_LENGTH } from '../config/limits';
import { AppError, invalidField, notFound } from '../errors/app-error';
import type { EventBus } from '../events/event-bus';
import type { Journal, NewEntry } from '../journal/journal.types';
import { isMessageRow } from '../journal/lane';
import { digestOf, firstDigestOf } from '../journal/numbering';
import { findStored } from '../journal/stored';
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
import { readCaption, readContent } from './content';
import { fileContent, filesOf, isOwnFile } from './file-content';
import type { MediaLibrary } from './media-library.types';
import { factsOf, findVisibleMessage } from './message-access';
import { quote, scrubQuotes, withLivingQuote } from './quotation';
import type { RosterService } from './roster.service';
import type { Roster } from './roster.types';
import { createSendingOrder } from './sending-order';

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
  library: MediaLibrary;
}): MessageService {
  const { journal, rosters, bus, clock, recordChange, library } = deps;
  const inOrder = createSendingOrder();

  function expiry(roster: Roster): Date | undefined {
    if (roster.disappearingSeconds === 0) return undefined;
    return new Date(clock.now().getTime() + roster.disappearingSeconds * 1000);
  }

  /** Hands the message to the journal; what it answers is awaited apart, so that the next message can follow at once. */
  async function write(draft: Draft, replyToId: string | undefined): Promise<{ written: Appended }> {
    const { chatId, senderId } = draft;
    const roster = rosters.peek(chatId) ?? (await rosters.get(chatId));
    assertMayPost(senderId, roster);
    const place = { userId: senderId, chatId, now: clock.now() };
    const replyTo = replyToId === undefined ? undefined : await quote(rosters, place, replyToId);
    const content = isOwnFile(draft.content)
      ? await fileContent(library, senderId, draft.content)
      : draft.content;
    const written = journal.append({ ...draft, content, replyTo, expiresAt: expiry(roster) });
    written.catch(() => undefined);
    return { written };
  }

  async function withoutDeadQuote(message: MessageRecord): Promise<MessageRecord> {
    const living = await withLivingQuote(message);
    if (living !== message) bus.emit('quotes.scrubbed', { chatId: String(message.chatId) });
    return living;
  }

  return {
    async sendMessage(actor, input) {
      const draft = {
        chatId: input.chatId.toLowerCase(),
        senderId: actor.userId,
        content: readContent(input.content),
        tempId: readTempId(input.tempId),
        socketId: actor.socketId,
      };
      const replyToId = input.replyTo?.toLowerCase() || undefined;
      const key = `${draft.chatId}:${draft.senderId}`;
      try {
        const isSlow = replyToId !== undefined || isOwnFile(draft.content);
        const { written } = await inOrder(key, isSlow, () => write(draft, replyToId));
        const { message, isNew } = await written;
        return { message: isNew && replyToId ? await withoutDeadQuote(message) : message, isNew };
      } catch (error) {
        const first = isRefusal(error) ? await findFirst(draft, replyToId) : undefined;
        if (!first) throw error;
        return { message: first, isNew: false };
      }
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
      await library.reconsider(filesOf(message.content));
      const result = await journal.amend(String(message.chatId), messageId, (latest) => {
        assertMayDeleteForEveryone(actor.userId, roster, factsOf(latest), now);
        return latest.deletedAt ? undefined : { content: null, reactions: [], replyTo: null, deletedAt: now };
      });
      try {
        // Also when it was deleted before: that time may have ended here.
        await scrubQuotes(messageId);
      } finally {
        if (result.isChanged) bus.emit('message.deleted', { message: result.message, userId: actor.userId });
        else bus.emit('quotes.scrubbed', { chatId: String(message.chatId) });
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
      const id = String(message._id);
      await recordChange(actor.userId, `hidden:${id}`, { chatId });
      bus.emit('message.hidden', { userId: actor.userId, chatId, messageId: id });
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

type Draft = Pick<NewEntry, 'chatId' | 'senderId' | 'content' | 'tempId' | 'socketId'>;
type Appended = ReturnType<Journal['append']>;

/** A policy refused; nothing was tried. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && ['forbidden', 'not_found', 'validation_failed'].includes(error.code);
}

/** The message that was first sent so; a repetition is answered with it also where one may not write any more. */
async function findFirst(draft: Draft, replyToId: string | undefined): Promise<MessageRecord | undefined> {
  const { senderId, tempId } = draft;
  if (tempId === undefined) return undefined;
  const [row] = await findStored({ ids: [], keys: [{ senderId: toObjectId(senderId), tempId }] });
  if (!row || !isMessageRow(row)) return undefined;
  const replyTo = replyToId ? { id: toObjectId(replyToId), senderId: row.senderId, content: null } : null;
  return firstDigestOf(row) === digestOf({ ...draft, replyTo }) ? row : undefined;
}

function readTempId(tempId: string | null | undefined): string | undefined {
  if (tempId === undefined || tempId === null) return undefined;
  // Half a surrogate pair would be stored as something else, so that the key is not found again under its own name.
  if (/\p{Surrogate}/u.test(tempId)) throw invalidField('tempId', 'must be text: half a character is none');
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
  return { ...old, caption: readCaption((change ?? {}) as Record<string, unknown>) };
}

function sameContent(content: UserContent, message: MessageRecord): boolean {
  return JSON.stringify(content) === JSON.stringify(message.content);
}
