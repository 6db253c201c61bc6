import { invalidField } from '../errors/app-error';
import type { EventBus } from '../events/event-bus';
import type { Journal } from '../journal/journal.types';
import { MembershipModel } from '../models/membership.model';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import { assertMember } from '../policies/message.policy';
import type { Cache } from '../providers/cache/cache.port';
import type { Actor } from '../types/actor';
import { findVisibleMessage } from './message-access';
import { createReceiptPrivacy } from './receipt-privacy';
import { createReceiptWriter } from './receipt-writer';
import type { RosterService } from './roster.service';
import { announceSenderMoves } from './sender-moves';
import { findUndelivered } from './undelivered';
import { createWatermarkAnnouncer } from './watermark-announcer';

/** So many watermarks of one person are written together. */
const CHATS_AT_ONCE = 500;

export interface Floor {
  delivered: number;
  read: number;
  /** Whose `read` it is, and the lowest of the others', which is what counts for that member's own messages. */
  lowestReaderId: string;
  nextRead: number;
}

export interface ReceiptService {
  /** Moves the actor's delivered watermark to the message. @throws not_found */
  markDelivered(actor: Actor, messageId: string): Promise<void>;
  /** Moves the actor's read watermark to the message. @throws not_found, validation_failed when it is of another chat */
  markMessageRead(actor: Actor, messageId: string, chatId?: string): Promise<void>;
  /** Moves both watermarks to `seq`, or to the newest message; beyond that is the same as the newest. @throws not_found */
  markChat(actor: Actor, kind: 'delivered' | 'read', chatId: string, seq?: number): Promise<void>;
  /** Moves the delivered watermark of every chat of the actor to its newest message, because an app was opened. */
  markAllDelivered(actor: Actor): Promise<void>;
  /** Moves a member's delivered watermark: the message went out to a connection, which is less than a device's own word for it. */
  noteArrival(userId: string, chatId: string, seq: number): Promise<void>;
  /** What each other member has seen of a message. @throws not_found */
  listReceipts(
    actor: Actor,
    messageId: string,
  ): Promise<Array<{ userId: string; status: 'sent' | 'delivered' | 'read' }>>;
  /** The lowest watermarks of the chats' members; chats with nobody else in them are left out. */
  statusFloors(chatIds: string[]): Promise<Map<string, Floor>>;
  stop(): Promise<void>;
}

export function createReceiptService(deps: {
  journal: Journal;
  rosters: RosterService;
  bus: EventBus;
  cache: Cache;
}): ReceiptService {
  const { journal, rosters, bus } = deps;
  const announcer = createWatermarkAnnouncer(bus);
  const privacy = createReceiptPrivacy(bus);
  const writer = createReceiptWriter(announcer);
  announceSenderMoves({ bus, privacy, announcer });

  async function moveTo(
    actor: Actor,
    kind: 'delivered' | 'read',
    chatId: string,
    at: { seq: number; count: number },
  ) {
    const { userId, deviceId } = actor;
    // Before the write: even if that fails, the device has got the message.
    bus.emit('device.acknowledged', { userId, deviceId, chatId, seq: at.seq, isRead: kind === 'read' });
    const isShown = kind === 'read' && (await privacy.showsReading(userId));
    await writer.move({
      chatId,
      userId,
      deliveredSeq: at.seq,
      ...(kind === 'read' && { read: at }),
      ...(isShown && { shownReadSeq: at.seq }),
    });
  }

  return {
    async markDelivered(actor, messageId) {
      const { message } = await findVisibleMessage(rosters, actor.userId, messageId);
      await moveTo(actor, 'delivered', String(message.chatId), message);
    },

    async markMessageRead(actor, messageId, chatId) {
      const { message } = await findVisibleMessage(rosters, actor.userId, messageId);
      if (chatId !== undefined && chatId.toLowerCase() !== String(message.chatId)) {
        throw invalidField('messageId', 'is no message of this chat');
      }
      await moveTo(actor, 'read', String(message.chatId), message);
    },

    async markChat(actor, kind, chatId, seq) {
      const id = chatId.toLowerCase();
      assertMember(actor.userId, await rosters.get(id));
      const head = await journal.head(id);
      const at = seq === undefined || seq >= head.seq ? head : await countAt(id, seq);
      if (at.seq > 0) await moveTo(actor, kind, id, at);
    },

    async markAllDelivered({ userId, deviceId }) {
      const waiting = await findUndelivered(userId, deps);
      for (let at = 0; at < waiting.length; at += CHATS_AT_ONCE) {
        const moves = waiting.slice(at, at + CHATS_AT_ONCE).map(({ chatId, seq }) => {
          bus.emit('device.acknowledged', { userId, deviceId, chatId, seq, isRead: false });
          return writer.move({ chatId, userId, deliveredSeq: seq, isOpening: true });
        });
        await Promise.all(moves);
      }
    },

    noteArrival: (userId, chatId, seq) => writer.move({ chatId, userId, deliveredSeq: seq }),

    async listReceipts(actor, messageId) {
      const { message } = await findVisibleMessage(rosters, actor.userId, messageId);
      await journal.settle([String(message.chatId)]);
      const members = await MembershipModel.find({ chatId: message.chatId, leftAt: null }).lean();
      return members
        .filter((member) => !member.userId.equals(message.senderId) && member.joinedSeq < message.seq)
        .map((member) => ({
          userId: String(member.userId),
          status: statusFor(message, { delivered: member.deliveredSeq, read: member.shownReadSeq }),
        }));
    },

    async statusFloors(chatIds) {
      await journal.settle(chatIds);
      const rows = await MembershipModel.collection
        .aggregate<FloorRow>([
          { $match: { chatId: { $in: chatIds.map(toObjectId) }, leftAt: null } },
          {
            $group: {
              _id: '$chatId',
              delivered: { $min: '$deliveredSeq' },
              readers: {
                $topN: {
                  n: 2,
                  sortBy: { shownReadSeq: 1 },
                  output: { userId: '$userId', read: '$shownReadSeq' },
                },
              },
            },
          },
        ])
        .toArray();
      return new Map(
        rows.flatMap((row) => {
          const floor = floorOf(row);
          return floor ? [[String(row._id), floor]] : [];
        }),
      );
    },

    stop: () => writer.stop(),
  };
}

interface FloorRow {
  _id: unknown;
  delivered: number;
  /** The two members whose shown reading is lowest. */
  readers: Array<{ userId: unknown; read: number }>;
}

/**
 * Who sends has got what came before, so the minimum of all deliveries is that of the others; their reading may be hidden. There is
 * no floor without anybody else in the chat.
 */
function floorOf({ delivered, readers: [lowest, next] }: FloorRow): Floor | undefined {
  if (!lowest || !next) return undefined;
  return { delivered, read: lowest.read, lowestReaderId: String(lowest.userId), nextRead: next.read };
}

function statusFor(
  message: MessageRecord,
  floor: Pick<Floor, 'delivered' | 'read'>,
): 'sent' | 'delivered' | 'read' {
  if (floor.read >= message.seq) return 'read';
  return floor.delivered >= message.seq ? 'delivered' : 'sent';
}

/** The message number `seq` with how many non-system messages there are up to it. */
async function countAt(chatId: string, seq: number): Promise<{ seq: number; count: number }> {
  const row = await MessageModel.collection.findOne<{ seq: number; count: number }>(
    { chatId: toObjectId(chatId), seq },
    { projection: { seq: 1, count: 1 } },
  );
  return row ?? { seq: 0, count: 0 };
}
