import type { EventBus } from '../events/event-bus';
import type { MessageRecord } from '../models/message.model';
import type { Actor } from '../types/actor';
import type { ReceiptService } from './receipt.service';
import type { RosterService } from './roster.service';
import type { Roster } from './roster.types';

export interface AppOpeningService {
  /**
   * The app behind this connection is open: all that waits for the user is delivered, and from now on what arrives on the connection
   * (seed 001). Saying it again is harmless.
   */
  open(actor: Actor): Promise<void>;
}

interface OpenApp {
  /** Messages that came while what waited was being marked, by chat; undefined once that is done. */
  arrived: Map<string, number> | undefined;
  /** Who says it again meanwhile waits for the same. */
  opening?: Promise<void> | undefined;
}

/**
 * Owns which connections of this node belong to an open app. Clients that confirm each message by themselves never come here; a
 * connection that did not say that it is open delivers nothing.
 */
export function createAppOpeningService(deps: {
  bus: EventBus;
  rosters: RosterService;
  receipts: Pick<ReceiptService, 'markAllDelivered' | 'noteArrival'>;
}): AppOpeningService {
  const { bus, rosters, receipts } = deps;
  const apps = new Map<string, Map<string, OpenApp>>();

  function remember(userId: string, socketId: string): OpenApp {
    const ofUser = apps.get(userId) ?? new Map<string, OpenApp>();
    const app = ofUser.get(socketId) ?? { arrived: new Map() };
    apps.set(userId, ofUser.set(socketId, app));
    return app;
  }

  bus.on('connection.closed', ({ userId, socketId }) => {
    const ofUser = apps.get(userId);
    if (ofUser?.delete(socketId) && ofUser.size === 0) apps.delete(userId);
  });

  /** One that is just being opened waits, so that what waited before is told as delivered by the opening. */
  async function arrive(userId: string, chatId: string, seq: number): Promise<void> {
    const ofUser = [...(apps.get(userId)?.values() ?? [])];
    if (ofUser.some(({ arrived }) => arrived === undefined)) {
      await receipts.noteArrival(userId, chatId, seq);
      return;
    }
    for (const { arrived } of ofUser) arrived?.set(chatId, Math.max(arrived.get(chatId) ?? 0, seq));
  }

  async function note(message: MessageRecord, roster: Roster | undefined): Promise<void> {
    if (!roster) return;
    const chatId = String(message.chatId);
    const reached = readersOf(message, roster).map((userId) => arrive(userId, chatId, message.seq));
    await Promise.all(reached);
  }

  /** Whichever are fewer, the members or the people with an open app, are walked. */
  function readersOf({ senderId, seq }: MessageRecord, { members, memberIds }: Roster): string[] {
    const candidates = apps.size < memberIds.length ? [...apps.keys()] : memberIds;
    return candidates.filter((userId) => {
      const member = apps.has(userId) && userId !== String(senderId) ? members.get(userId) : undefined;
      return member !== undefined && seq > member.joinedSeq;
    });
  }

  async function noteAll(messages: readonly MessageRecord[]): Promise<void> {
    await Promise.all(
      messages.map(async (message) => {
        const chatId = String(message.chatId);
        await note(message, rosters.peek(chatId) ?? (await rosters.get(chatId)));
      }),
    );
  }

  bus.on('messages.created', ({ messages }) => (apps.size === 0 ? undefined : noteAll(messages)));

  async function openNow(actor: Actor, app: OpenApp | undefined): Promise<void> {
    try {
      await receipts.markAllDelivered(actor);
    } finally {
      const arrived = app?.arrived ?? new Map<string, number>();
      if (app) app.arrived = undefined;
      for (const [chatId, seq] of arrived) await receipts.noteArrival(actor.userId, chatId, seq);
    }
  }

  return {
    async open(actor) {
      const { userId, socketId } = actor;
      if (socketId === undefined) return openNow(actor, undefined);
      const app = remember(userId, socketId);
      app.opening ??= openNow(actor, app).finally(() => {
        app.opening = undefined;
      });
      return app.opening;
    },
  };
}
