import type { EventBus } from '../events/event-bus';
import { originOf } from '../events/message-origin';
import type { MessageRecord } from '../models/message.model';
import type { PresentMessages } from '../presenters/message-list.presenter';
import type { RosterService } from '../services/roster.service';
import type { Roster } from '../services/roster.types';
import type { FanOut } from './fan-out';
import type { RecentMessages } from './recent-messages';

/**
 * Owns the telling of what happens to messages. New ones go out in the order in which the journal wrote them, for everybody
 * the same; a chat whose members have to be read first holds back those behind it, so that the order stays.
 */
export function startMessageDelivery(deps: {
  bus: EventBus;
  rosters: RosterService;
  fanOut: FanOut;
  recent: RecentMessages;
  presentMessages: PresentMessages;
}): void {
  const { bus, rosters, fanOut, recent, presentMessages } = deps;
  let backlog: Promise<void> | undefined;

  function tellNew(message: MessageRecord, roster: Roster): void {
    const senderId = String(message.senderId);
    const origin = originOf(message);
    const own = { isSender: true, roster };
    fanOut.tell(
      [senderId],
      (outbound) => outbound.messageCreated(message, own),
      origin === undefined
        ? undefined
        : ({ socketId, dialect }) => socketId !== origin || fanOut.echoes(dialect),
    );
    const others = { isSender: false, roster };
    fanOut.tell(
      // Who joined while this waited for its turn does not see it.
      roster.memberIds.filter((userId) => userId !== senderId && canSee(roster, userId, message)),
      (outbound) => outbound.messageCreated(message, others),
    );
  }

  function deliverNow(messages: readonly MessageRecord[]): void {
    for (const message of messages) {
      recent.add(message);
      const roster = rosters.peek(String(message.chatId));
      if (roster) tellNew(message, roster);
    }
  }

  async function deliverAfterLoading(messages: readonly MessageRecord[]): Promise<void> {
    for (const message of messages) {
      recent.add(message);
      // Who cannot be told now learns of it by sync; those behind it must not be left out for that.
      const roster = await rosters.get(String(message.chatId)).catch(() => undefined);
      if (roster) tellNew(message, roster);
    }
  }

  bus.on('messages.created', ({ messages }) => {
    if (!backlog && messages.every((message) => rosters.peek(String(message.chatId)))) {
      deliverNow(messages);
      return undefined;
    }
    const turn = (backlog ?? Promise.resolve())
      .catch(() => undefined)
      .then(() => deliverAfterLoading(messages));
    const tail = turn.finally(() => {
      if (backlog === tail) backlog = undefined;
    });
    backlog = tail;
    return tail;
  });

  bus.on('message.updated', async ({ message }) => {
    const senderId = String(message.senderId);
    const roster = await rosters.get(String(message.chatId));
    if (!roster) return;
    const [own, common] = await Promise.all([
      presentMessages(senderId, [message]),
      presentMessages('', [message]),
    ]);
    fanOut.tell([senderId], (outbound) => own[0] && outbound.messageUpdated(own[0]));
    const others = roster.memberIds.filter(
      (userId) => userId !== senderId && canSee(roster, userId, message),
    );
    fanOut.tell(others, (outbound) => common[0] && outbound.messageUpdated(common[0]));
  });

  bus.on('message.deleted', async ({ message }) => {
    const chatId = String(message.chatId);
    const told = { chatId, messageId: String(message._id), forEveryone: true };
    const roster = await rosters.get(chatId);
    fanOut.tell(seers(roster, message), (outbound) => outbound.messageDeleted(told));
  });

  bus.on('message.reacted', async ({ message, userId, emoji }) => {
    const chatId = String(message.chatId);
    const told = { chatId, messageId: String(message._id), userId, emoji };
    const roster = await rosters.get(chatId);
    fanOut.tell(seers(roster, message), (outbound) => outbound.messageReacted(told));
  });

  bus.on('message.hidden', ({ userId, chatId, messageId }) => {
    fanOut.tell([userId], (outbound) => outbound.messageDeleted({ chatId, messageId, forEveryone: false }));
  });
}

function canSee(roster: Roster, userId: string, message: MessageRecord): boolean {
  const joinedSeq = roster.members.get(userId)?.joinedSeq ?? Number.POSITIVE_INFINITY;
  return message.seq > joinedSeq && !message.deletedFor?.some((id) => String(id) === userId);
}

/** The members who were there when the message came and did not delete it for themselves. */
function seers(roster: Roster | undefined, message: MessageRecord): string[] {
  if (!roster) return [];
  return roster.memberIds.filter((userId) => canSee(roster, userId, message));
}
