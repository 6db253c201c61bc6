import { createLogger } from '../../src/config/logger';
import { createEventBus, type EventBus } from '../../src/events/event-bus';
import { createJournal } from '../../src/journal/journal';
import { ChatModel } from '../../src/models/chat.model';
import { MembershipModel } from '../../src/models/membership.model';
import { MessageModel, type MessageRecord } from '../../src/models/message.model';
import { newObjectId } from '../../src/models/object-id';
import { trusted } from '../../src/models/trusted';
import { systemClock } from '../../src/types/clock';
import { noOthers } from './nodes';

export type TestJournal = ReturnType<typeof createJournal> & { bus: EventBus; delivered: MessageRecord[] };

/** A journal as one node has it; several of them on one database are several nodes. */
export function openJournal(maxPending = 100_000): TestJournal {
  const delivered: MessageRecord[] = [];
  const logger = createLogger({ level: 'silent', isProduction: false });
  const bus = createEventBus((_name, error) => {
    throw error;
  });
  bus.on('messages.created', ({ messages }) => void delivered.push(...messages));
  return {
    ...createJournal({ bus, logger, clock: systemClock, maxPending, others: noOthers() }),
    bus,
    delivered,
  };
}

/** A chat with these members, written as the product does. */
export async function buildChat(memberIds: string[]): Promise<string> {
  const chat = await ChatModel.create({
    type: 'group',
    lastActivityAt: new Date(),
    memberCount: memberIds.length,
  });
  await MembershipModel.insertMany(
    memberIds.map((userId) => ({ chatId: chat._id, userId, joinedAt: new Date() })),
  );
  return String(chat._id);
}

export const newId = (): string => String(newObjectId());

export const text = (value: string) => ({ type: 'text' as const, text: value });

/** The chat's log as it stands, by `seq`. */
export async function readLog(chatId: string): Promise<MessageRecord[]> {
  return MessageModel.find({ chatId, seq: trusted({ $gt: 0 }) })
    .sort({ seq: 1 })
    .lean();
}
