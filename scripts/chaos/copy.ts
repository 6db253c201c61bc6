/**
 * A client's copy of its chats, kept by the rules of docs/architecture.md ("Sync, for authors of clients"): live events are applied as
 * they come, sync moves the cursors, and a live message moves one only when it is the very next change.
 */
import type { MessageView } from '../../src/presenters/message.presenter';
import type { SyncView } from '../../src/presenters/sync.presenter';

export class Copy {
  readonly messages = new Map<string, MessageView>();
  private readonly cursors: Record<string, number> = {};
  private readonly newest = new Map<string, number>();
  private userRev = 0;

  /** What to ask sync with. */
  request(limit: number): { cursors: Record<string, number>; userRev: number; limit: number } {
    return { cursors: { ...this.cursors }, userRev: this.userRev, limit };
  }

  /** A page of sync. */
  takePage(page: SyncView): void {
    for (const message of page.messages) this.store(message);
    for (const chatId of page.removed) delete this.cursors[chatId];
    Object.assign(this.cursors, page.nextCursors);
    this.userRev = page.userRev;
  }

  /** A message that came live, new or changed. */
  takeLive(message: MessageView): void {
    this.store(message);
    if (message.rev === (this.cursors[message.chatId] ?? 0) + 1) this.cursors[message.chatId] = message.rev;
  }

  /** The messages of a chat in the order that its person sees. */
  inOrder(chatId: string): MessageView[] {
    return [...this.messages.values()].filter((m) => m.chatId === chatId).sort((a, b) => a.seq - b.seq);
  }

  /** The `seq` of the newest message it knows of in a chat. */
  newestSeq(chatId: string): number {
    return this.newest.get(chatId) ?? 0;
  }

  private store(message: MessageView): void {
    const known = this.messages.get(message.id);
    if (!known || message.rev >= known.rev) this.messages.set(message.id, message);
    this.newest.set(message.chatId, Math.max(this.newestSeq(message.chatId), message.seq));
  }
}
