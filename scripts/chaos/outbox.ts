import type { Tally } from './tally';

export interface Draft {
  chatId: string;
  tempId: string;
  content: { type: 'text'; text: string };
}

export interface SendAck {
  ok: boolean;
  message?: { id: string; seq: number };
  error?: { code: string; message: string };
}

/** What repeating cannot change (docs/architecture.md, "The outbox"). */
const FINAL = ['validation_failed', 'forbidden', 'not_found', 'conflict'];

/**
 * What a person wrote and the server did not acknowledge yet. A careful client waits for each acknowledgement before it sends the
 * next message of that chat, so the server must keep their order; others send at once.
 */
export class Outbox {
  /** tempId -> id and place, of all that was acknowledged. */
  readonly acked = new Map<string, { chatId: string; id: string; seq: number }>();
  private readonly waiting = new Map<string, Draft>();
  private readonly underway = new Set<string>();

  constructor(
    private readonly owner: string,
    private readonly isCareful: boolean,
    private readonly tally: Tally,
  ) {}

  get size(): number {
    return this.waiting.size;
  }

  add(draft: Draft): void {
    this.waiting.set(draft.tempId, draft);
  }

  /** What may be sent now, oldest first; each is under way until it is acknowledged or given back. */
  take(): Draft[] {
    const chats = new Set<string>();
    const next: Draft[] = [];
    for (const draft of this.waiting.values()) {
      const isBehind = this.isCareful && chats.has(draft.chatId);
      chats.add(draft.chatId);
      if (isBehind || this.underway.has(draft.tempId)) continue;
      this.underway.add(draft.tempId);
      next.push(draft);
    }
    return next;
  }

  /** It was sent, and waits for its acknowledgement. */
  isUnderway({ tempId }: Draft): boolean {
    return this.underway.has(tempId);
  }

  /** No acknowledgement came: it is to be sent again with the same `tempId`. */
  giveBack({ tempId }: Draft): void {
    this.underway.delete(tempId);
  }

  /** Notes an answer of the server; true when there is nothing to repeat. */
  answered(draft: Draft, ack: SendAck): boolean {
    const { tempId, chatId } = draft;
    if (ack.ok && ack.message) this.acknowledged(draft, ack.message);
    else if (FINAL.includes(ack.error?.code ?? ''))
      this.tally.fault('lost', `${this.owner}: ${tempId} to ${chatId} was refused: ${ack.error?.code}`);
    else return false;
    this.waiting.delete(tempId);
    this.underway.delete(tempId);
    return true;
  }

  private acknowledged({ tempId, chatId }: Draft, { id, seq }: { id: string; seq: number }): void {
    const first = this.acked.get(tempId);
    if (first === undefined) {
      this.acked.set(tempId, { chatId, id, seq });
      this.tally.acked += 1;
    } else if (first.id !== id || first.seq !== seq)
      this.tally.fault('duplicated', `${this.owner}: ${tempId} was acknowledged as ${first.id} and as ${id}`);
  }

  /** The order in which a careful client's messages were acknowledged is the order they must have. */
  checkOrder(): void {
    if (!this.isCareful) return;
    const last = new Map<string, number>();
    for (const [tempId, { chatId, seq }] of this.acked) {
      if (seq <= (last.get(chatId) ?? 0))
        this.tally.fault(
          'reordered',
          `${this.owner}: ${tempId} has seq ${seq} in ${chatId}, below an earlier one`,
        );
      last.set(chatId, Math.max(seq, last.get(chatId) ?? 0));
    }
  }
}
