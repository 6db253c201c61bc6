/** One client's connection: to either node, found anew whenever it is lost. */
import { io, type Socket } from 'socket.io-client';
import type { Random } from './random';

const ACK_WITHIN_MS = 12_000;
const CONNECT_WITHIN_MS = 20_000;
/** The first wait after a loss; each further one is twice as long, up to the last. */
const RETRY_FIRST_MS = 200;
const RETRY_LAST_MS = 5_000;

export interface LineHooks {
  /** The addresses of the nodes, as a load balancer knows them. */
  urls: readonly string[];
  onOpen(): void;
  onEvent(event: string, payload: unknown): void;
}

export class Line {
  private socket: Socket | undefined;
  private retry: NodeJS.Timeout | undefined;
  private isWanted = false;
  private waitMs = RETRY_FIRST_MS;
  private urls: readonly string[];

  constructor(
    private readonly token: string,
    private readonly random: Random,
    private readonly hooks: LineHooks,
  ) {
    this.urls = hooks.urls;
  }

  get isOpen(): boolean {
    return this.socket?.connected ?? false;
  }

  /** The id of the live connection. */
  get socketId(): string | undefined {
    return this.socket?.connected ? this.socket.id : undefined;
  }

  /** Where it is connected to, and since when. */
  url = '';
  openedAtMs = 0;

  /** Connects, and again after each loss, to this node first and then to any. */
  open(firstUrl?: string): void {
    this.isWanted = true;
    clearTimeout(this.retry);
    // One at a time: what is still trying goes on trying.
    if (!this.socket) this.connect(firstUrl ?? this.random.pick(this.urls));
  }

  /** From now on it connects to these nodes only. */
  keepTo(urls: readonly string[]): void {
    this.urls = urls;
  }

  /** Leaves in order and stays away. */
  close(): void {
    this.isWanted = false;
    clearTimeout(this.retry);
    this.socket?.disconnect();
    this.socket = undefined;
  }

  /** Stays away from now on without a word to the server: when the node dies, it does not come back. */
  stayAway(): void {
    this.isWanted = false;
  }

  /** Cuts the connection as a dead network does. */
  cut(): void {
    const transport = this.socket?.io.engine?.transport as { ws?: { terminate?(): void } } | undefined;
    transport?.ws?.terminate?.();
  }

  /** @throws Error when no acknowledgement came in time, or the connection was lost. */
  async ask<T>(event: string, payload?: unknown): Promise<T> {
    const { socket } = this;
    if (!socket?.connected) throw new Error('not connected');
    const lost = new Promise<never>((_, reject) =>
      socket.once('disconnect', () => reject(new Error('lost'))),
    );
    lost.catch(() => undefined);
    return Promise.race([socket.timeout(ACK_WITHIN_MS).emitWithAck(event, payload) as Promise<T>, lost]);
  }

  private connect(url: string): void {
    this.url = url;
    const socket = io(url, {
      auth: { token: this.token },
      forceNew: true,
      reconnection: false,
      transports: ['websocket'],
      timeout: CONNECT_WITHIN_MS,
    });
    this.socket = socket;
    socket.on('connect', () => {
      this.waitMs = RETRY_FIRST_MS;
      this.openedAtMs = Date.now();
      this.hooks.onOpen();
    });
    socket.on('connect_error', () => this.again(socket));
    socket.on('disconnect', () => this.again(socket));
    socket.onAny((event: string, payload: unknown) => this.hooks.onEvent(event, payload));
  }

  private again(socket: Socket): void {
    if (this.socket !== socket) return;
    socket.close();
    this.socket = undefined;
    if (!this.isWanted) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(
      () => {
        if (this.isWanted) this.connect(this.random.pick(this.urls));
      },
      this.waitMs * (0.5 + this.random.next()),
    );
    this.waitMs = Math.min(2 * this.waitMs, RETRY_LAST_MS);
  }
}
