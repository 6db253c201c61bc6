import type { Request, RequestHandler } from 'express';
import { validated } from '../helpers/validation';
import { actorOf } from '../middlewares/authenticate';
import type { Role } from '../models/membership.model';
import type { ChatViews } from '../presenters/chat-list.presenter';
import { presentInvite } from '../presenters/invite.presenter';
import type { ChatService } from '../services/chat.service';
import type { ChatSettings, ChatSettingsService } from '../services/chat-settings.service';
import type { GroupPatch, GroupService } from '../services/group.service';
import type { InviteService } from '../services/invite.service';

interface NewChat {
  type: 'private' | 'group';
  name: string;
  memberIds: string[];
  description?: string;
  avatarUrl?: string | null;
}

export type ChatController = ReturnType<typeof createChatController>;

/** The handlers of chats, groups and invitations. */
export function createChatController(deps: {
  chatService: ChatService;
  chatViews: ChatViews;
  chatSettingsService: ChatSettingsService;
  groupService: GroupService;
  inviteService: InviteService;
  /** Where links start; without it they start where the request went to. */
  publicUrl: string | undefined;
}) {
  const { chatService, chatViews, chatSettingsService, groupService, inviteService } = deps;

  const view = async (req: Request, chatId: string) => ({
    chat: await chatViews.oneForViewer(actorOf(req).userId, chatId),
  });

  const createGroup: RequestHandler = async (req, res) => {
    const { type: _type, ...group } = validated<NewChat>(req);
    res.status(201).json(await view(req, await groupService.create(actorOf(req), group)));
  };

  return {
    createGroup,

    async openPrivate(req, res) {
      const { userId } = validated<{ userId: string }>(req);
      const { chatId, isNew } = await chatService.openPrivate(actorOf(req), userId);
      res.status(isNew ? 201 : 200).json(await view(req, chatId));
    },

    async create(req, res, next) {
      const { type, memberIds } = validated<NewChat>(req);
      if (type === 'group') return createGroup(req, res, next);
      const { chatId, isNew } = await chatService.openPrivateWith(actorOf(req), memberIds);
      res.status(isNew ? 201 : 200).json(await view(req, chatId));
    },

    async list(req, res) {
      const actor = actorOf(req);
      const page = await chatService.list(actor, validated<{ limit: number; cursor?: string }>(req));
      const chats = await chatViews.forViewer(actor.userId, page.chatIds);
      res.json({ chats, nextCursor: page.nextCursor });
    },

    async get(req, res) {
      res.json(await view(req, validated<{ id: string }>(req).id));
    },

    async updateGroup(req, res) {
      const { id, ...patch } = validated<GroupPatch & { id: string }>(req);
      await groupService.update(actorOf(req), id, patch);
      res.json(await view(req, id));
    },

    async updateSettings(req, res) {
      const { id, ...settings } = validated<ChatSettings & { id: string }>(req);
      await chatSettingsService.update(actorOf(req), id, settings);
      res.json(await view(req, id));
    },

    async addMembers(req, res) {
      const { id, userIds } = validated<{ id: string; userIds: string[] }>(req);
      const joined = await groupService.addMembers(actorOf(req), id, userIds);
      res.status(joined.length > 0 ? 201 : 200).json(await view(req, id));
    },

    async removeMember(req, res) {
      const { id, userId } = validated<{ id: string; userId: string }>(req);
      await groupService.removeMember(actorOf(req), id, userId);
      res.json({ ok: true });
    },

    async setRole(req, res) {
      const { id, userId, role } = validated<{ id: string; userId: string; role: Role }>(req);
      await groupService.setRole(actorOf(req), id, userId, role);
      res.json(await view(req, id));
    },

    async createInvite(req, res) {
      const invite = await inviteService.create(actorOf(req), validated<{ id: string }>(req).id);
      res.status(201).json({ invite: presentInvite(invite, deps.publicUrl ?? originOf(req)) });
    },

    async revokeInvite(req, res) {
      await inviteService.revoke(actorOf(req), validated<{ id: string }>(req).id);
      res.json({ ok: true });
    },

    async join(req, res) {
      const { token } = validated<{ token: string }>(req);
      const { chatId, isNew } = await inviteService.join(actorOf(req), token);
      res.status(isNew ? 201 : 200).json(await view(req, chatId));
    },
  } satisfies Record<string, RequestHandler>;
}

function originOf(req: Request): string {
  return `${req.protocol}://${req.get('host') ?? 'localhost'}`;
}
