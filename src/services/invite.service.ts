import { randomBytes } from 'node:crypto';
import { notFound } from '../errors/app-error';
import type { KeyedQueue } from '../helpers/keyed-queue';
import type { Journal } from '../journal/journal.types';
import { ChatModel, type ChatRecord } from '../models/chat.model';
import { MembershipModel } from '../models/membership.model';
import { assertAdmin, assertGroup, assertMayJoin } from '../policies/chat.policy';
import type { Actor } from '../types/actor';
import type { Clock } from '../types/clock';
import { accessChat } from './chat-access';
import type { ChatNarrator } from './chat-narrator';
import { admitMembers } from './group-members';
import { relationsOf } from './relation.service';

type Who = Pick<Actor, 'userId'>;

/** An invitation can be used this long. */
const INVITE_TTL_MS = 7 * 24 * 3_600_000;
const TOKEN_BYTES = 18;

export interface Invite {
  token: string;
  expiresAt: Date;
}

/** Links by which people join a group themselves (contract section 4); a group has one at a time. */
export interface InviteService {
  /** Makes a link; the one before ends with that. @throws not_found, forbidden */
  create(actor: Who, chatId: string): Promise<Invite>;
  /** Ends the link, if there is one. @throws not_found, forbidden */
  revoke(actor: Who, chatId: string): Promise<void>;
  /**
   * Joins by a link; `isNew` is false for who is a member already.
   * @throws not_found when it is unknown, revoked or expired; forbidden for who was removed, or on a block between the joiner
   * and the owner; conflict when the group is full.
   */
  join(actor: Who, token: string): Promise<{ chatId: string; isNew: boolean }>;
}

export function createInviteService(deps: {
  journal: Pick<Journal, 'head'>;
  clock: Clock;
  narrator: ChatNarrator;
  /** The same queue as the group service's. */
  turns: KeyedQueue;
}): InviteService {
  const { journal, clock, narrator, turns } = deps;

  async function findByToken(token: string): Promise<ChatRecord> {
    const chat = await ChatModel.findOne({ inviteToken: token }).lean();
    const isOpen = chat?.inviteExpiresAt != null && chat.inviteExpiresAt > clock.now();
    if (!chat || !isOpen) throw notFound('The invitation');
    return chat;
  }

  return {
    async create(actor, chatId) {
      await assertMayInvite(actor, chatId);
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      const expiresAt = new Date(clock.now().getTime() + INVITE_TTL_MS);
      await ChatModel.updateOne(
        { _id: chatId },
        { $set: { inviteToken: token, inviteExpiresAt: expiresAt } },
      );
      return { token, expiresAt };
    },

    async revoke(actor, chatId) {
      await assertMayInvite(actor, chatId);
      await ChatModel.updateOne({ _id: chatId }, { $unset: { inviteToken: 1, inviteExpiresAt: 1 } });
    },

    async join({ userId }, token) {
      const chatId = String((await findByToken(token))._id);
      return turns(chatId, async () => {
        // The link may have ended while this waited.
        await assertMayEnter(userId, await findByToken(token));
        const head = await journal.head(chatId);
        const joined = await admitMembers({ chatId, userIds: [userId], head, at: clock.now() });
        const isNew = joined.length > 0;
        if (isNew) await narrator.tellChange(chatId, userId, 'member_joined', { userIds: joined }, joined);
        return { chatId, isNew };
      });
    },
  };
}

/** Who is a member already is let through: joining again changes nothing. */
async function assertMayEnter(userId: string, chat: ChatRecord): Promise<void> {
  const place = await MembershipModel.findOne({ chatId: chat._id, userId }).lean();
  if (place?.leftAt === null) return;
  const ownerId = String(chat.ownerId);
  const owner = (await relationsOf(userId, chat.ownerId ? [ownerId] : [])).get(ownerId);
  assertMayJoin({ isRemoved: place?.isRemoved ?? false, owner });
}

async function assertMayInvite(actor: Who, chatId: string): Promise<void> {
  const { chat, membership } = await accessChat(actor.userId, chatId);
  assertGroup(chat.type);
  assertAdmin(membership.role);
}
