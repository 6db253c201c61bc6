import type { EventBus } from '../events/event-bus';
import { ChatModel } from '../models/chat.model';
import { MembershipModel, type MembershipRecord } from '../models/membership.model';
import { assertMaySetDisappearing } from '../policies/chat.policy';
import { isBlocked } from '../policies/contact.policy';
import type { Actor } from '../types/actor';
import { accessChat, type ChatAccess } from './chat-access';
import type { ChatNarrator } from './chat-narrator';
import { relationsOf } from './relation.service';
import type { UserChangeService } from './user-change.service';

/** A member's own settings, and the chat's `disappearingSeconds`; what is absent stays as it is. */
export interface ChatSettings {
  mutedUntil?: Date | null;
  pinned?: boolean;
  archived?: boolean;
  disappearingSeconds?: number;
}

export interface ChatSettingsService {
  /**
   * Changes settings of a chat (contract section 4): one's own, which nobody else hears of, and the time after which messages
   * disappear, which a system message tells everybody.
   * @throws not_found unless a member; forbidden when `disappearingSeconds` is not the actor's to set, and then nothing is done.
   */
  update(actor: Pick<Actor, 'userId'>, chatId: string, settings: ChatSettings): Promise<void>;
}

export function createChatSettingsService(deps: {
  narrator: ChatNarrator;
  bus: EventBus;
  userChanges: Pick<UserChangeService, 'record'>;
}): ChatSettingsService {
  const { narrator, bus, userChanges } = deps;

  async function updateOwn(membership: MembershipRecord, own: OwnSettings): Promise<void> {
    const { _id, chatId, userId } = membership;
    const updated = await MembershipModel.findOneAndUpdate(
      { _id, leftAt: null },
      { $set: own },
      { returnDocument: 'after' },
    ).lean();
    if (!updated) return;
    await userChanges.record(String(userId), `chat-settings:${chatId}`, feedValue(updated));
    bus.emit('chat.settings-changed', { chatId: String(chatId), userId: String(userId) });
  }

  async function updateDisappearing(userId: string, chatId: string, seconds: number): Promise<void> {
    const before = await ChatModel.findOneAndUpdate(
      { _id: chatId },
      { $set: { disappearingSeconds: seconds } },
    ).lean();
    if (!before || before.disappearingSeconds === seconds) return;
    const details = { disappearingSeconds: seconds };
    await narrator.tellChange(chatId, userId, 'disappearing_changed', details);
  }

  return {
    async update({ userId }, chatId, { disappearingSeconds, ...own }) {
      const access = await accessChat(userId, chatId);
      if (disappearingSeconds !== undefined) await assertMayChangeFor(userId, access);
      if (Object.keys(own).length > 0) await updateOwn(access.membership, own);
      if (disappearingSeconds !== undefined) {
        await updateDisappearing(userId, String(access.chat._id), disappearingSeconds);
      }
    },
  };
}

type OwnSettings = Omit<ChatSettings, 'disappearingSeconds'>;

/** What the member's other devices learn by sync. */
function feedValue({ mutedUntil, pinned, archived }: MembershipRecord) {
  return { mutedUntil: mutedUntil?.toISOString() ?? null, pinned, archived };
}

async function assertMayChangeFor(userId: string, { chat, membership }: ChatAccess): Promise<void> {
  assertMaySetDisappearing({
    type: chat.type,
    role: membership.role,
    isBlocked: chat.type === 'private' && (await isPairBlocked(userId, chat.pairKey ?? '')),
  });
}

async function isPairBlocked(userId: string, pairKey: string): Promise<boolean> {
  const others = pairKey.split(':').filter((id) => id !== userId);
  return [...(await relationsOf(userId, others)).values()].some(isBlocked);
}
