import { openSocket, type Person, type TestSocket } from './client';

interface Wire {
  id: string;
  chatId: string;
  seq: number;
  rev: number;
  senderId: string;
  tempId: string | null;
  content: { type: string; text?: string } | null;
}

/**
 * A client as the documentation wants it: keeps its own copy of the chats from live events and sync, reconnects by itself, and
 * sends what was not acknowledged again with the same `tempId`.
 */
export class Replica {
  readonly messages = new Map<string, Wire>();
  readonly cursors: Record<string, number> = {};
  /** tempId -> id, for every send the server acknowledged. */
  readonly acked = new Map<string, string>();
  /** Live events by message id, to see doubles on one connection. */
  readonly liveOnThisConnection = new Map<string, number>();
  doubled = 0;
  private readonly unsent = new Map<string, { chatId: string; content: unknown; tempId: string }>();
  private readonly socket: TestSocket;
  private idle: Array<() => void> = [];

  constructor(
    url: string,
    readonly person: Person,
  ) {
    this.socket = openSocket(url, {
      auth: { token: person.accessToken },
      reconnection: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
    });
    this.socket.on('connect', () => {
      this.liveOnThisConnection.clear();
      for (const send of this.unsent.values()) void this.trySend(send);
    });
    this.socket.on('new_message', ({ message }: { message: Wire }) => {
      if (this.liveOnThisConnection.has(message.id)) this.doubled += 1;
      this.liveOnThisConnection.set(message.id, message.seq);
      this.take(message);
    });
  }

  /** Queues a message; it is sent until the server acknowledges it. */
  send(chatId: string, text: string, tempId: string): void {
    const send = { chatId, content: { type: 'text', text }, tempId };
    this.unsent.set(tempId, send);
    if (this.socket.connected) void this.trySend(send);
  }

  /** Resolves when everything queued was acknowledged. */
  drained(): Promise<void> {
    if (this.unsent.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  /** Brings the copy to the server's state, page by page. */
  async sync(limit = 50): Promise<void> {
    for (let complete = false; !complete; ) {
      const answer = await this.socket.ask('sync:request', { cursors: this.cursors, limit });
      if (!answer.ok) throw new Error(`sync failed: ${JSON.stringify(answer)}`);
      for (const message of answer.messages as Wire[]) this.take(message);
      Object.assign(this.cursors, answer.nextCursors);
      complete = answer.complete;
    }
  }

  close(): void {
    this.socket.close();
  }

  private take(message: Wire): void {
    const known = this.messages.get(message.id);
    if (!known || known.rev <= message.rev) this.messages.set(message.id, message);
  }

  private async trySend(send: { chatId: string; content: unknown; tempId: string }): Promise<void> {
    const ack = await this.socket
      .timeout(15_000)
      .emitWithAck('send_message', send)
      .catch(() => undefined);
    if (ack?.ok) {
      this.acked.set(send.tempId, ack.message.id);
      this.unsent.delete(send.tempId);
      if (this.unsent.size === 0) for (const resolve of this.idle.splice(0)) resolve();
    } else if (this.unsent.has(send.tempId) && this.socket.connected) {
      // Refused or timed out on a live connection: again, with the same key.
      setTimeout(() => void this.trySend(send), 100);
    }
  }
}
