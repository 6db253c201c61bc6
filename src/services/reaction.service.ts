import { forbidden } from '../errors/app-error';
import type { EventBus } from '../events/event-bus';
import { assertEmoji } from '../helpers/emoji';
import type { Journal } from '../journal/journal.types';
import type { MessageRecord, ReactionRecord } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import { assertAlive } from '../policies/message.policy';
import type { Actor } from '../types/actor';
import type { Clock } from '../types/clock';
import { factsOf, findVisibleMessage } from './message-access';
import type { RosterService } from './roster.service';

export interface ReactionService {
  /**
   * Sets the actor's one reaction; the same emoji again, or null, takes it back (contract section 4).
   * @throws validation_failed, not_found, forbidden
   */
  react(actor: Actor, messageId: string, emoji: string | null): Promise<MessageRecord>;
}

export function createReactionService(deps: {
  journal: Journal;
  rosters: RosterService;
  bus: EventBus;
  clock: Clock;
}): ReactionService {
  const { journal, rosters, bus, clock } = deps;
  return {
    async react(actor, messageId, emoji) {
      assertEmoji(emoji);
      const { message, roster } = await findVisibleMessage(rosters, actor.userId, messageId);
      if (roster.isBlocked) throw forbidden('You cannot write in this chat');
      let result: string | null = null;
      const amended = await journal.amend(String(message.chatId), messageId, (latest) => {
        assertAlive(factsOf(latest));
        const reactions = latest.reactions ?? [];
        const own = reactions.find((reaction) => String(reaction.userId) === actor.userId);
        result = emoji === null || own?.emoji === emoji ? null : emoji;
        if (result === null && !own) return undefined;
        return { reactions: withReaction(reactions, actor.userId, result, clock.now()) };
      });
      if (amended.isChanged)
        bus.emit('message.reacted', { message: amended.message, userId: actor.userId, emoji: result });
      return amended.message;
    },
  };
}

function withReaction(
  old: ReactionRecord[],
  userId: string,
  emoji: string | null,
  at: Date,
): ReactionRecord[] {
  const others = old.filter((reaction) => String(reaction.userId) !== userId);
  return emoji === null ? others : [...others, { userId: toObjectId(userId), emoji, at }];
}
