/** A client as the documentation wants it: an outbox, a copy of its chats, and a connection that comes back. */
import type { MessageView } from '../../src/presenters/message.presenter';
import type { SyncView } from '../../src/presenters/sync.presenter';
import { Copy } from './copy';
import { Line } from './line';
import { type Draft, Outbox, type SendAck } from './outbox';
import type { Random } from './random';
import type { Tally } from './tally';

const SYNC_PAGE = 200;
const SEND_AGAIN_AFTER_MS = 500;
const MAX_UNSENT = 8;

interface Ack {
  ok: boolean;
  error?: { code: string; message: string };
}

export class Client {
  readonly copy = new Copy();
  readonly outbox: Outbox;
  readonly line: Line;
  /** Of each chat the `seq` up to which reading was acknowledged. */
  readonly read = new Map<string, number>();
  /** When each person was last heard to come or go, and which of the two it was. */
  readonly heard = new Map<string, { isOnline: boolean; atMs: number }>();
  /** Messages heard on this connection, and the last place in each chat. */
  private live = { ids: new Set<string>(), seqs: new Map<string, number>() };
  private syncing: Promise<void> | undefined;

  constructor(
    readonly person: { id: string; token: string },
    private readonly urls: readonly string[],
    choices: { random: Random; isCareful: boolean },
    private readonly tally: Tally,
  ) {
    this.outbox = new Outbox(person.id, choices.isCareful, tally);
    this.line = new Line(person.token, choices.random, {
      urls,
      onOpen: () => this.opened(),
      onEvent: (event, payload) => this.hear(event, payload),
    });
  }

  /** Writes a message; it is sent until the server acknowledges it. */
  write(draft: Draft): void {
    // Nobody goes on writing for ever when nothing leaves.
    if (this.outbox.size >= MAX_UNSENT) return;
    this.outbox.add(draft);
    this.flush();
  }

  /** Sends what is on its way once more, over REST to the other node: the same `tempId`, at the same time. */
  async repeatElsewhere(draft: Draft): Promise<void> {
    if (!this.outbox.isUnderway(draft)) return;
    const url = this.urls.find((candidate) => candidate !== this.line.url) ?? this.line.url;
    const answer = await this.request(url, 'POST', '/api/messages', draft).catch(() => undefined);
    if (answer?.status === 200 || answer?.status === 201)
      this.outbox.answered(draft, { ok: true, message: (answer.body as { message: MessageView }).message });
  }

  /** A request of this person's; rejects when nobody answers. */
  async request(url: string, method: string, path: string, body?: unknown) {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.person.token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    return { status: response.status, body: (await response.json()) as unknown };
  }

  /** Brings the copy to the server's state. @throws Error when the connection does not last. */
  sync(): Promise<void> {
    this.syncing ??= this.syncAll().finally(() => {
      this.syncing = undefined;
    });
    return this.syncing;
  }

  /** Marks a chat read up to the newest message that is here. */
  async markRead(chatId: string): Promise<void> {
    const seq = this.copy.newestSeq(chatId);
    if (seq === 0) return;
    const ack = await this.line.ask<Ack>('mark_read', { chatId, seq });
    if (ack.ok) this.read.set(chatId, Math.max(seq, this.read.get(chatId) ?? 0));
  }

  private opened(): void {
    this.live = { ids: new Set(), seqs: new Map() };
    this.sync().catch(() => undefined);
    this.flush();
  }

  private async syncAll(): Promise<void> {
    for (let isComplete = false; !isComplete; ) {
      const page = await this.line.ask<SyncView | { ok: false }>(
        'sync:request',
        this.copy.request(SYNC_PAGE),
      );
      if (!page.ok) throw new Error('the server could not sync');
      this.copy.takePage(page);
      isComplete = page.complete;
    }
  }

  private flush(): void {
    if (!this.line.isOpen) return;
    for (const draft of this.outbox.take()) void this.send(draft);
  }

  private async send(draft: Draft): Promise<void> {
    const ack = await this.line.ask<SendAck>('send_message', draft).catch(() => undefined);
    if (ack && this.outbox.answered(draft, ack)) return this.flush();
    this.outbox.giveBack(draft);
    setTimeout(() => this.flush(), SEND_AGAIN_AFTER_MS);
  }

  private hear(event: string, payload: unknown): void {
    if (event === 'new_message') this.hearNew((payload as { message: MessageView }).message);
    else if (event === 'message_updated') this.copy.takeLive((payload as { message: MessageView }).message);
    else if (event === 'user-online' || event === 'user-offline') {
      const { userId } = payload as { userId: string };
      this.heard.set(userId, { isOnline: event === 'user-online', atMs: Date.now() });
    }
  }

  /** On one connection each message comes once, and those of a chat in order. */
  private hearNew(message: MessageView): void {
    const { ids, seqs } = this.live;
    const { id, chatId, seq } = message;
    const last = seqs.get(chatId) ?? 0;
    if (ids.has(id)) this.tally.fault('duplicated', `${this.person.id} heard ${id} twice on one connection`);
    else if (seq < last)
      this.tally.fault('reordered', `${this.person.id} heard seq ${seq} of ${chatId} after ${last}`);
    ids.add(id);
    seqs.set(chatId, Math.max(last, seq));
    this.copy.takeLive(message);
  }
}
