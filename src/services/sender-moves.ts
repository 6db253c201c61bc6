import type { EventBus } from '../events/event-bus';
import { MembershipModel } from '../models/membership.model';
import type { ReceiptPrivacy } from './receipt-privacy';
import type { Reach, WatermarkAnnouncer } from './watermark-announcer';

/**
 * Announces what sending moves: who writes has read what came before (contract section 4), which others learn unless the sender
 * keeps read receipts off. The watermarks themselves are written by the journal's projections.
 */
export function announceSenderMoves(deps: {
  bus: EventBus;
  privacy: ReceiptPrivacy;
  announcer: WatermarkAnnouncer;
}): void {
  const { bus, privacy, announcer } = deps;
  /** Senders that are being looked up, with the newest message they sent meanwhile. */
  const loading = new Map<string, number>();

  function advance(chatId: string, userId: string, seq: number, isShown: boolean, stored?: Reach): void {
    const member = { chatId, userId };
    const reach = (to: number) => ({ delivered: to, read: to, shown: isShown ? to : 0 });
    // Only what others wrote before is news to anybody.
    announcer.tell(member, reach(seq - 1), stored);
    announcer.note(member, reach(seq));
  }

  /** Who writes again before anybody else did moves nothing that others could hear of. */
  function isNoNews(chatId: string, userId: string, seq: number): boolean {
    const known = announcer.known({ chatId, userId });
    if (!known || known.read < seq - 1 || loading.has(`${chatId}:${userId}`)) return false;
    announcer.note({ chatId, userId }, { delivered: seq, read: seq, shown: known.shown < seq - 1 ? 0 : seq });
    return true;
  }

  async function lookUp(chatId: string, userId: string, seq: number): Promise<void> {
    const key = `${chatId}:${userId}`;
    const isLoading = loading.has(key);
    loading.set(key, seq);
    if (isLoading) return;
    try {
      const known = announcer.known({ chatId, userId });
      const [isShown, stored] = await Promise.all([
        privacy.showsReading(userId),
        known ?? readReach(chatId, userId),
      ]);
      if (stored) advance(chatId, userId, loading.get(key) ?? seq, isShown, stored);
    } finally {
      loading.delete(key);
    }
  }

  bus.on('messages.created', async ({ messages }, origin) => {
    // The node that wrote them tells.
    if (origin === 'elsewhere') return;
    const unknown: Promise<void>[] = [];
    for (const message of messages) {
      const { seq } = message;
      const [chatId, userId] = [String(message.chatId), String(message.senderId)];
      if (isNoNews(chatId, userId, seq)) continue;
      const isShown = privacy.peek(userId);
      const isKnown = isShown !== undefined && announcer.known({ chatId, userId }) !== undefined;
      if (isKnown) advance(chatId, userId, seq, isShown);
      else unknown.push(lookUp(chatId, userId, seq));
    }
    await Promise.all(unknown);
  });
}

/** Undefined for who is no member any more. */
async function readReach(chatId: string, userId: string): Promise<Reach | undefined> {
  const member = await MembershipModel.findOne(
    { chatId, userId, leftAt: null },
    { deliveredSeq: 1, readSeq: 1, shownReadSeq: 1 },
  ).lean();
  if (!member) return undefined;
  return { delivered: member.deliveredSeq, read: member.readSeq, shown: member.shownReadSeq };
}
