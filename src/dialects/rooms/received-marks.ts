import type { ReceiptService } from '../../services/receipt.service';
import type { Actor } from '../../types/actor';

/** What comes within this time is marked together. */
const COALESCE_MS = 50;

export interface ReceivedMarks {
  /** A socket in a room was sent a message. */
  note(actor: Actor, roomId: string, seq: number): void;
  stop(): void;
}

/**
 * Marks delivered what reaches a socket in a room; these clients have no word for it. One mark stands for all before it, so a lost one is
 * made good by the next.
 */
export function createReceivedMarks({ markChat }: Pick<ReceiptService, 'markChat'>): ReceivedMarks {
  const pending = new Map<string, { actor: Actor; roomId: string; seq: number }>();
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    timer = undefined;
    for (const { actor, roomId, seq } of pending.values())
      markChat(actor, 'delivered', roomId, seq).catch(() => undefined);
    pending.clear();
  }

  return {
    note(actor, roomId, seq) {
      pending.set(`${actor.userId}:${actor.deviceId}:${roomId}`, { actor, roomId, seq });
      timer ??= setTimeout(flush, COALESCE_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
