import { MEMBERS_IN_LISTS } from '../config/limits';
import { notFound } from '../errors/app-error';
import type { Journal } from '../journal/journal.types';
import { ChatModel, type ChatRecord } from '../models/chat.model';
import { MembershipModel, type MembershipRecord } from '../models/membership.model';
import type { MessageRecord } from '../models/message.model';
import { trusted } from '../models/trusted';
import { type ChatView, presentChat } from '../presenters/chat.presenter';
import type { MessageView } from '../presenters/message.presenter';
import type { PresentMessages } from '../presenters/message-list.presenter';
import { type ChatAccess, findMemberships } from './chat-access';
import { lastMessagesOf } from './chat-last-message';
import { type MembersByChat, membersOf } from './chat-members';
import { type OtherPerson, otherPersonsOf } from './chat-others';

export interface ChatViewService {
  /** The chats as this user sees them, in the given order; those the user is no member of are left out. */
  forViewer(viewerId: string, chatIds: readonly string[]): Promise<ChatView[]>;
  /** One chat with all its members. @throws not_found unless the user is a member. */
  oneForViewer(viewerId: string, chatId: string): Promise<ChatView>;
  /** One chat as each of these users sees it; who is no member is left out. */
  forViewers(chatId: string, viewerIds: readonly string[]): Promise<Map<string, ChatView>>;
}

/** Reads what chats look like: a handful of queries for any number of chats, or of viewers of one chat. */
export function createChatViewService(deps: {
  journal: Pick<Journal, 'settle'>;
  presentMessages: PresentMessages;
}): ChatViewService {
  async function lookAt(viewerId: string, chatIds: readonly string[]): Promise<ChatAccess[]> {
    // What was just written through this node must be in what we read.
    await deps.journal.settle(chatIds);
    const [chats, memberships] = await Promise.all([
      ChatModel.find({ _id: trusted({ $in: [...chatIds] }) }).lean(),
      findMemberships(viewerId, chatIds),
    ]);
    const chatById = new Map(chats.map((chat) => [String(chat._id), chat]));
    const placeIn = new Map(memberships.map((membership) => [String(membership.chatId), membership]));
    return chatIds.flatMap((id) => {
      const [chat, membership] = [chatById.get(id), placeIn.get(id)];
      return chat && membership ? [{ chat, membership }] : [];
    });
  }

  async function present(viewerId: string, looks: ChatAccess[], memberLimit: number): Promise<ChatView[]> {
    const [members, lastMessages] = await Promise.all([
      membersOf(
        looks.map(({ chat }) => chat),
        memberLimit,
      ),
      lastMessagesOf(looks),
    ]);
    const messages = [...lastMessages.values()];
    const [others, views] = await Promise.all([
      otherPersonsOf(viewerId, privateMembers(looks, members)),
      deps.presentMessages(viewerId, messages),
    ]);
    const viewOf = new Map(messages.map((message, i) => [message, views[i] ?? null]));
    return looks.map(({ chat, membership }) => {
      const last = lastMessages.get(membership);
      return presentChat(chat, {
        membership,
        members: members.get(String(chat._id)) ?? [],
        other: others.get(String(chat._id)),
        lastMessage: last ? (viewOf.get(last) ?? null) : null,
      });
    });
  }

  /** A message looks the same to all but its sender, so two presentations serve a group of any size. */
  async function presentOnce(looks: ChatAccess[], lastMessages: Map<MembershipRecord, MessageRecord>) {
    const views = new Map<string, Promise<MessageView | null>>();
    return new Map(
      await Promise.all(
        looks.map(async ({ membership }) => {
          const viewerId = String(membership.userId);
          const message = lastMessages.get(membership);
          if (!message) return [viewerId, null] as const;
          const key = `${message._id}:${String(message.senderId) === viewerId}`;
          const view = views.get(key) ?? deps.presentMessages(viewerId, [message]).then(([v]) => v ?? null);
          views.set(key, view);
          return [viewerId, await view] as const;
        }),
      ),
    );
  }

  async function presentForAll(chat: ChatRecord, memberships: MembershipRecord[]) {
    const looks = memberships.map((membership) => ({ chat, membership }));
    const [members, lastMessages] = await Promise.all([
      membersOf([chat], MEMBERS_IN_LISTS),
      lastMessagesOf(looks),
    ]);
    const views = await presentOnce(looks, lastMessages);
    const shown = members.get(String(chat._id)) ?? [];
    const result = new Map<string, ChatView>();
    for (const membership of memberships) {
      const viewerId = String(membership.userId);
      const others: Map<string, OtherPerson> =
        chat.type === 'private'
          ? await otherPersonsOf(viewerId, privateMembers([{ chat, membership }], members))
          : new Map();
      const other = others.get(String(chat._id));
      const lastMessage = views.get(viewerId) ?? null;
      result.set(viewerId, presentChat(chat, { membership, members: shown, other, lastMessage }));
    }
    return result;
  }

  return {
    async forViewer(viewerId, chatIds) {
      return present(viewerId, await lookAt(viewerId, chatIds), MEMBERS_IN_LISTS);
    },

    async oneForViewer(viewerId, chatId) {
      const [view] = await present(viewerId, await lookAt(viewerId, [chatId]), Number.POSITIVE_INFINITY);
      if (!view) throw notFound('The chat');
      return view;
    },

    async forViewers(chatId, viewerIds) {
      await deps.journal.settle([chatId]);
      const [chat, memberships] = await Promise.all([
        ChatModel.findById(chatId).lean(),
        MembershipModel.find({ chatId, leftAt: null, userId: trusted({ $in: [...viewerIds] }) }).lean(),
      ]);
      return chat ? presentForAll(chat, memberships) : new Map();
    },
  };
}

/** The members of the private chats among these, by chat. */
function privateMembers(looks: ChatAccess[], members: MembersByChat): Map<string, string[]> {
  return new Map(
    looks
      .filter(({ chat }) => chat.type === 'private')
      .map(({ chat }) => {
        const id = String(chat._id);
        return [id, (members.get(id) ?? []).map(({ userId }) => String(userId))];
      }),
  );
}
