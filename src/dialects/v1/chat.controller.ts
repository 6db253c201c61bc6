import type { RequestHandler } from 'express';
import { validated } from '../../helpers/validation';
import { actorOf } from '../../middlewares/authenticate';
import type { DialectGround } from '../dialect.port';
import type { PresentConversations } from './conversation.presenter';
import { presentV1Message } from './message.presenter';

/** `/api/v1/chat` and `/api/v1/groups`: a group is a conversation. */
export function createV1ChatController(
  { services }: DialectGround,
  presentConversations: PresentConversations,
) {
  const { chats, chatViews, groups, history, people, presentMessages, receipts } = services;

  async function view(viewerId: string, chatId: string) {
    const chat = await chatViews.oneForViewer(viewerId, chatId);
    return (await presentConversations(viewerId, [chat]))[0];
  }

  return {
    async list(req, res) {
      const actor = actorOf(req);
      const { chatIds, nextCursor } = await chats.list(
        actor,
        validated<{ limit: number; cursor?: string }>(req),
      );
      const views = await chatViews.forViewer(actor.userId, chatIds);
      res.json({ conversations: await presentConversations(actor.userId, views), nextCursor });
    },

    async listMessages(req, res) {
      const actor = actorOf(req);
      const { id, ...page } = validated<{ id: string; before?: number; after?: number; limit: number }>(req);
      const { messages, nextCursor } = await history.listMessages(actor, id.toLowerCase(), page);
      const views = await presentMessages(actor.userId, messages);
      res.json({ messages: views.map(presentV1Message), nextCursor });
    },

    async openDirect(req, res) {
      const actor = actorOf(req);
      const { userId, phoneNumber } = validated<{ userId?: string; phoneNumber?: string }>(req);
      const otherId = userId ?? (await people.findByPhone(actor.userId, phoneNumber ?? ''));
      const { chatId, isNew } = await chats.openPrivate(actor, otherId);
      res.status(isNew ? 201 : 200).json({ conversation: await view(actor.userId, chatId) });
    },

    async markRead(req, res) {
      await receipts.markChat(actorOf(req), 'read', validated<{ id: string }>(req).id);
      res.json({ ok: true });
    },

    async createGroup(req, res) {
      const actor = actorOf(req);
      const chatId = await groups.create(actor, validated<{ name: string; memberIds: string[] }>(req));
      res.status(201).json({ group: await view(actor.userId, chatId) });
    },

    async updateGroup(req, res) {
      const actor = actorOf(req);
      const { id, ...patch } = validated<{ id: string; name?: string }>(req);
      await groups.update(actor, id, patch);
      res.json({ group: await view(actor.userId, id) });
    },

    async addMembers(req, res) {
      const actor = actorOf(req);
      const { id, userIds } = validated<{ id: string; userIds: string[] }>(req);
      const joined = await groups.addMembers(actor, id, userIds);
      res.status(joined.length > 0 ? 201 : 200).json({ group: await view(actor.userId, id) });
    },

    async removeMember(req, res) {
      const { id, uid } = validated<{ id: string; uid: string }>(req);
      await groups.removeMember(actorOf(req), id, uid);
      res.json({ ok: true });
    },
  } satisfies Record<string, RequestHandler>;
}
