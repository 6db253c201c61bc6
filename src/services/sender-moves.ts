import { LRUCache } from 'lru-cache';
import type { EventBus } from '../events/event-bus';
import { MembershipModel } from '../models/membership.model';
import type { MessageRecord } from '../models/message.model';

const MAX_KNOWN = 100_000;

/**
 * Announces what sending moves: who writes has read what came before (contract section 4). The watermarks themselves are
 * written by the journal's projections; here is only known how far each sender was, from memory after their first message.
 * A move that this node missed is at worst announced again.
 */
export function announceSenderMoves(bus: EventBus): void {
  const readTo = new LRUCache<string, number>({ max: MAX_KNOWN });
  const loading = new Map<string, number>();

  function advance(chatId: string, userId: string, fromSeq: number, toSeq: number): void {
    readTo.set(`${chatId}:${userId}`, Math.max(fromSeq, toSeq));
    // Only what others wrote in between is news to anybody.
    if (fromSeq < toSeq - 1) {
      bus.emit('receipt.moved', { chatId, userId, kind: 'read', fromSeq, toSeq, isShown: true });
    }
  }

  async function advanceStored(key: string, { chatId, senderId, seq }: MessageRecord): Promise<void> {
    const isLoading = loading.has(key);
    loading.set(key, seq);
    if (isLoading) return;
    try {
      const member = await MembershipModel.findOne({ chatId, userId: senderId }, { readSeq: 1 }).lean();
      advance(String(chatId), String(senderId), member?.readSeq ?? seq, loading.get(key) ?? seq);
    } finally {
      loading.delete(key);
    }
  }

  bus.on('receipt.moved', ({ chatId, userId, kind, toSeq }) => {
    const key = `${chatId}:${userId}`;
    if (kind === 'read') readTo.set(key, Math.max(readTo.get(key) ?? 0, toSeq));
  });

  bus.on('messages.created', async ({ messages }) => {
    const unknown: Promise<void>[] = [];
    for (const message of messages) {
      const [chatId, userId] = [String(message.chatId), String(message.senderId)];
      const key = `${chatId}:${userId}`;
      const known = readTo.get(key);
      if (known === undefined) unknown.push(advanceStored(key, message));
      else advance(chatId, userId, known, message.seq);
    }
    await Promise.all(unknown);
  });
}
