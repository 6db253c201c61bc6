import type { EventBus } from '../events/event-bus';
import type { KeyedQueue } from '../helpers/keyed-queue';
import type { Journal } from '../journal/journal.types';
import { ChatModel, type ChatRecord } from '../models/chat.model';
import { MembershipModel, type Role } from '../models/membership.model';
import { trusted } from '../models/trusted';
import { assertAdmin, assertGroup, assertMayRemove, assertMaySetRole } from '../policies/chat.policy';
import type { Actor } from '../types/actor';
import type { Clock } from '../types/clock';
import { accessChat, type ChatAccess, findMember } from './chat-access';
import type { ChatNarrator } from './chat-narrator';
import { assertMayAdd } from './group-candidates';
import { type GroupFields, insertGroup } from './group-create';
import { admitMembers, changeRole, dismissMember, findAbsent, handOver } from './group-members';
import type { MediaLibrary } from './media-library.types';
import { storedPicture } from './stored-picture';

type Who = Pick<Actor, 'userId'>;

/** The group's own fields; what is absent stays as it is. */
export type GroupPatch = Partial<Pick<ChatRecord, 'name' | 'description' | 'avatarUrl'>>;

/**
 * Groups and their members (contract section 4). Every change is told by a system message in the chat's log. All verbs are
 * not_found for who is no member, and forbidden in private chats and for who may not.
 */
export interface GroupService {
  /** Makes a group with the actor as owner and resolves to its id. @throws validation_failed, forbidden naming people. */
  create(actor: Who, group: GroupFields & { memberIds: readonly string[] }): Promise<string>;
  /** Changes name, description or picture. */
  update(actor: Who, chatId: string, patch: GroupPatch): Promise<void>;
  /** Adds people; resolves to those who were no members yet. @throws conflict when the group is full. */
  addMembers(actor: Who, chatId: string, userIds: readonly string[]): Promise<string[]>;
  /** Removes somebody, or leaves. */
  removeMember(actor: Who, chatId: string, userId: string): Promise<void>;
  /** Makes somebody admin or plain member, or hands the group over. */
  setRole(actor: Who, chatId: string, userId: string, role: Role): Promise<void>;
  /** Takes a user out of every group, for the end of the account; a private chat stays as it is for its other side. */
  leaveAllChats(userId: string): Promise<void>;
}

export function createGroupService(deps: {
  journal: Pick<Journal, 'head'>;
  bus: EventBus;
  clock: Clock;
  narrator: ChatNarrator;
  /** Verbs on one group take turns on a node, so that each tells only what it changed; shared with the invitations. */
  turns: KeyedQueue;
  library: MediaLibrary;
}): GroupService {
  const { journal, bus, clock, narrator, turns, library } = deps;

  /** Runs `work` as the group's only verb at this moment, for a member. */
  function inGroup<T>(
    actor: Who,
    id: string,
    work: (access: ChatAccess, chatId: string) => Promise<T>,
  ): Promise<T> {
    return turns(id, async () => {
      const access = await accessChat(actor.userId, id);
      assertGroup(access.chat.type);
      return work(access, id);
    });
  }

  /** The message comes first, while the one it is about still hears it. */
  async function dismiss(actorId: string, chatId: string, userId: string): Promise<void> {
    const isRemoved = actorId !== userId;
    const event = isRemoved ? 'member_removed' : 'member_left';
    await narrator.tell(chatId, actorId, event, { userIds: [userId] });
    const { isGone, newOwnerId } = await dismissMember(chatId, userId, { at: clock.now(), isRemoved });
    if (isGone) bus.emit('chat.removed', { chatId, userIds: [userId] });
    if (newOwnerId === null) narrator.announce(chatId);
    else await narrator.tellChange(chatId, actorId, 'role_changed', { userIds: [newOwnerId], role: 'owner' });
  }

  return {
    async create({ userId }, { memberIds, ...fields }) {
      const others = memberIds.filter((id) => id !== userId);
      await assertMayAdd(userId, others, 'memberIds');
      const picture = { before: null, avatarUrl: fields.avatarUrl ?? null };
      const avatarUrl = await storedPicture(library, userId, picture);
      const chatId = await insertGroup(userId, others, { ...fields, avatarUrl }, clock.now());
      bus.emit('chat.created', { chatId, memberIds: [userId, ...others], actorId: userId });
      return chatId;
    },

    update: (actor, id, patch) =>
      inGroup(actor, id, async ({ chat, membership }, chatId) => {
        assertAdmin(membership.role);
        const stored = { ...patch };
        if (patch.avatarUrl !== undefined) {
          const picture = { before: chat.avatarUrl, avatarUrl: patch.avatarUrl };
          stored.avatarUrl = await storedPicture(library, actor.userId, picture);
        }
        const before = await ChatModel.findOneAndUpdate({ _id: chatId }, { $set: stored }).lean();
        const changes = changesOf(before, stored);
        if (Object.keys(changes).length === 0) return;
        await narrator.tellChange(chatId, actor.userId, 'group_updated', changes);
      }),

    addMembers: (actor, id, userIds) =>
      inGroup(actor, id, async ({ membership }, chatId) => {
        assertAdmin(membership.role);
        const absent = await findAbsent(chatId, userIds);
        await assertMayAdd(actor.userId, absent, 'userIds');
        const head = await journal.head(chatId);
        const joined = await admitMembers({ chatId, userIds: absent, head, at: clock.now() });
        if (joined.length > 0) {
          await narrator.tellChange(chatId, actor.userId, 'members_added', { userIds: joined }, joined);
        }
        return joined;
      }),

    removeMember: (actor, id, userId) =>
      inGroup(actor, id, async ({ membership }, chatId) => {
        const target = userId === actor.userId ? membership : await findMember(chatId, userId);
        const isSelf = userId === actor.userId;
        assertMayRemove({ actorRole: membership.role, targetRole: target.role, isSelf });
        await dismiss(actor.userId, chatId, userId);
      }),

    setRole: (actor, id, userId, role) =>
      inGroup(actor, id, async ({ membership }, chatId) => {
        const isSelf = userId === actor.userId;
        assertMaySetRole({ actorRole: membership.role, role, isSelf });
        if (isSelf) return;
        let isChanged = true;
        if (role === 'owner') await handOver(chatId, actor.userId, userId);
        else isChanged = await changeRole(chatId, userId, role);
        if (isChanged) {
          await narrator.tellChange(chatId, actor.userId, 'role_changed', { userIds: [userId], role });
        }
      }),

    async leaveAllChats(userId) {
      for (const chatId of await findGroups(userId)) {
        await turns(chatId, async () => {
          const isMember = await MembershipModel.exists({ chatId, userId, leftAt: null });
          if (isMember) await dismiss(userId, chatId, userId);
        });
      }
    },
  };
}

async function findGroups(userId: string): Promise<string[]> {
  const memberships = await MembershipModel.find({ userId, leftAt: null }, { chatId: 1 }).lean();
  const chatIds = trusted({ $in: memberships.map(({ chatId }) => chatId) });
  const groups = await ChatModel.find({ _id: chatIds, type: 'group' }, { _id: 1 }).lean();
  return groups.map(({ _id }) => String(_id));
}

/** What of a patch really differs from before, as the system message tells it. */
function changesOf(before: ChatRecord | null, patch: GroupPatch): Record<string, unknown> {
  if (!before) return {};
  return Object.fromEntries(
    Object.entries(patch).filter(([field, value]) => before[field as keyof GroupPatch] !== value),
  );
}
