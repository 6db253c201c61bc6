import { MAX_STATUS_EVENTS } from '../config/limits';
import type { DomainEvents, ReceiptKind } from '../events/domain-events';
import type { EventBus } from '../events/event-bus';
import type { RosterService } from '../services/roster.service';
import type { Connections } from './connections';
import type { FanOut } from './fan-out';
import type { RecentMessage, RecentMessages } from './recent-messages';

interface Moved {
  chatId: string;
  userId: string;
  status: ReceiptKind;
  upToSeq: number;
}

/**
 * Tells senders that a watermark reached their messages: a status event for each message newly covered, the newest 100 at
 * most for each sender, with `upToSeq` for those before (contract section 4). Who left the chat hears nothing of it any more.
 */
export function startReceiptDelivery(deps: {
  bus: EventBus;
  fanOut: FanOut;
  recent: RecentMessages;
  connections: Connections;
  rosters: RosterService;
}): void {
  const { bus, fanOut, recent, connections, rosters } = deps;

  /** Where a dialect has one word for all that an opening delivered, that is told instead. */
  function tellEach(senderId: string, ids: readonly string[], moved: Moved, isOpening: boolean): void {
    for (const messageId of ids)
      fanOut.tell([senderId], (outbound) =>
        isOpening && outbound.deliveredByOpening ? undefined : outbound.statusMoved({ ...moved, messageId }),
      );
  }

  async function tellSenders(moved: DomainEvents['receipt.moved']): Promise<void> {
    const { chatId, userId, kind, fromSeq, toSeq, isOpening = false } = moved;
    const covered = await recent.between(chatId, fromSeq, toSeq);
    const roster = await rosters.get(chatId);
    for (const [senderId, messages] of bySender(covered, userId)) {
      if (!connections.hasUser(senderId) || !roster?.members.has(senderId)) continue;
      const newest = messages.slice(0, MAX_STATUS_EVENTS).map(({ id }) => id);
      const ids = newest.reverse();
      const reached = { chatId, userId, upToSeq: toSeq };
      tellEach(senderId, ids, { ...reached, status: kind }, isOpening);
      if (isOpening)
        fanOut.tell([senderId], (outbound) => outbound.deliveredByOpening?.({ ...reached, messageIds: ids }));
    }
  }

  bus.on('receipt.moved', (moved) => (moved.isShown ? tellSenders(moved) : undefined));
}

function bySender(covered: RecentMessage[], readerId: string): Map<string, RecentMessage[]> {
  const groups = new Map<string, RecentMessage[]>();
  for (const message of covered) {
    if (message.isSystem || message.senderId === readerId) continue;
    const group = groups.get(message.senderId);
    if (group) group.push(message);
    else groups.set(message.senderId, [message]);
  }
  return groups;
}
