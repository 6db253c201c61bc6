import type { ReceiptService } from '../../services/receipt.service';
import type { EventHandler } from '../event-router';

function optional<T>(value: unknown): T | undefined {
  return value === null ? undefined : (value as T | undefined);
}

/** Delivery and read events of seed 002 and contract section 5. */
export function createReceiptHandlers(receipts: ReceiptService) {
  return {
    message_delivered: async (actor, { messageId }) => {
      await receipts.markDelivered(actor, String(messageId));
      return {};
    },
    message_read: async (actor, { messageId, chatId, seq }) => {
      if (typeof messageId === 'string') await receipts.markMessageRead(actor, messageId, optional(chatId));
      else await receipts.markChat(actor, 'read', String(chatId), optional(seq));
      return {};
    },
    mark_read: async (actor, { chatId, seq }) => {
      await receipts.markChat(actor, 'read', String(chatId), optional(seq));
      return {};
    },
  } satisfies Record<string, EventHandler>;
}
