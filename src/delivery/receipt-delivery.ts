import { MAX_STATUS_EVENTS } from '../config/limits';
import type { DomainEvents } from '../events/domain-events';
import type { EventBus } from '../events/event-bus';
import type { RosterService } from '../services/roster.service';
import type { Connections } from './connections';
import type { FanOut } from './fan-out';
import type { RecentMessage, RecentMessages } from './recent-messages';

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

  async function tellSenders(moved: DomainEvents['receipt.moved']): Promise<void> {
    const { chatId, userId, kind, fromSeq, toSeq } = moved;
    const covered = await recent.between(chatId, fromSeq, toSeq);
    const roster = await rosters.get(chatId);
    for (const [senderId, messages] of bySender(covered, userId)) {
      if (!connections.hasUser(senderId) || !roster?.members.has(senderId)) continue;
      for (const { id } of messages.slice(0, MAX_STATUS_EVENTS).reverse()) {
        const told = { chatId, messageId: id, userId, status: kind, upToSeq: toSeq };
        fanOut.tell([senderId], (outbound) => outbound.statusMoved(told));
      }
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
