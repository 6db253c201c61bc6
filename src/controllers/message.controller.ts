import type { RequestHandler } from 'express';
import { validated } from '../helpers/validation';
import { actorOf } from '../middlewares/authenticate';
import type { PresentMessages } from '../presenters/message-list.presenter';
import type { HistoryService } from '../services/history.service';
import type { MessageService, SendInput } from '../services/message.service';
import type { ReactionService } from '../services/reaction.service';
import type { ReceiptService } from '../services/receipt.service';
import type { StarService } from '../services/star.service';

interface ById {
  id: string;
}

/** The message verbs of seeds 001 and 002 (contract section 4). */
export function createMessageController(deps: {
  messages: MessageService;
  history: HistoryService;
  reactions: ReactionService;
  receipts: ReceiptService;
  stars: StarService;
  presentMessages: PresentMessages;
}) {
  const { messages, history, reactions, receipts, stars, presentMessages } = deps;

  const one = async (userId: string, message: Parameters<PresentMessages>[1][number]) => ({
    message: (await presentMessages(userId, [message]))[0],
  });

  return {
    send: async (req, res) => {
      const { id, ...input } = validated<SendInput & Partial<ById>>(req);
      const actor = actorOf(req);
      const { message, isNew } = await messages.sendMessage(actor, { ...input, chatId: id ?? input.chatId });
      res.status(isNew ? 201 : 200).json(await one(actor.userId, message));
    },
    get: async (req, res) => {
      const actor = actorOf(req);
      res.json(await one(actor.userId, await messages.getMessage(actor, validated<ById>(req).id)));
    },
    edit: async (req, res) => {
      const actor = actorOf(req);
      const { id, content, newContent } = validated<ById & { content?: unknown; newContent?: unknown }>(req);
      res.json(await one(actor.userId, await messages.editMessage(actor, id, newContent ?? content)));
    },
    remove: async (req, res) => {
      const actor = actorOf(req);
      const { id, forEveryone, deleteForEveryone } = validated<
        ById & { forEveryone?: string | boolean; deleteForEveryone?: boolean }
      >(req);
      if (isTrue(forEveryone) || isTrue(req.query.forEveryone) || isTrue(deleteForEveryone)) {
        await messages.deleteForEveryone(actor, id);
      } else await messages.deleteForMe(actor, id);
      res.json({ ok: true });
    },
    react: async (req, res) => {
      const actor = actorOf(req);
      const { id, emoji } = validated<ById & { emoji: string | null }>(req);
      res.json(await one(actor.userId, await reactions.react(actor, id, emoji)));
    },
    forward: async (req, res) => {
      const actor = actorOf(req);
      const { id, chatIds } = validated<ById & { chatIds: string[] }>(req);
      const sent = await messages.forwardMessage(actor, id, chatIds);
      res.status(201).json({ messages: await presentMessages(actor.userId, sent) });
    },
    list: async (req, res) => {
      const actor = actorOf(req);
      const { id, ...page } = validated<ById & { before?: number; after?: number; limit: number }>(req);
      const { messages: rows, nextCursor } = await history.listMessages(actor, id.toLowerCase(), page);
      res.json({ messages: await presentMessages(actor.userId, rows), nextCursor });
    },
    replies: async (req, res) => {
      const actor = actorOf(req);
      const { id, limit } = validated<ById & { limit: number }>(req);
      res.json({
        messages: await presentMessages(actor.userId, await history.listReplies(actor, id, limit)),
      });
    },
    receipts: async (req, res) => {
      res.json({ receipts: await receipts.listReceipts(actorOf(req), validated<ById>(req).id) });
    },
    setStatus: async (req, res) => {
      const { id, status } = validated<ById & { status: string }>(req);
      if (status.toLowerCase() === 'read') await receipts.markMessageRead(actorOf(req), id);
      else await receipts.markDelivered(actorOf(req), id);
      res.json({ ok: true });
    },
    markDelivered: async (req, res) => {
      const { id, seq } = validated<ById & { seq?: number }>(req);
      await receipts.markChat(actorOf(req), 'delivered', id, seq ?? undefined);
      res.json({ ok: true });
    },
    markRead: async (req, res) => {
      const { id, seq } = validated<ById & { seq?: number }>(req);
      await receipts.markChat(actorOf(req), 'read', id, seq ?? undefined);
      res.json({ ok: true });
    },
    star: async (req, res) => {
      await stars.star(actorOf(req), validated<ById>(req).id.toLowerCase());
      res.json({ ok: true });
    },
    unstar: async (req, res) => {
      await stars.unstar(actorOf(req), validated<ById>(req).id.toLowerCase());
      res.json({ ok: true });
    },
    starred: async (req, res) => {
      const actor = actorOf(req);
      const { messages: rows, nextCursor } = await stars.listStarred(actor, validated(req));
      res.json({ messages: await presentMessages(actor.userId, rows), nextCursor });
    },
  } satisfies Record<string, RequestHandler>;
}

function isTrue(value: unknown): boolean {
  return value === true || value === 'true' || value === '1';
}

export type MessageController = ReturnType<typeof createMessageController>;
