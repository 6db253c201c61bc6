import type { DomainEventName, DomainEvents } from '../events/domain-events';
import { answerWithin } from '../models/answer-within';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import { fromWire, toWire } from '../models/wire-form';

/**
 * What every node must hear of, because it keeps something in mind that this changes, or because clients would otherwise miss it until
 * they sync. It crosses with the news of the log.
 */
export const SHARED_EVENTS = [
  'message.updated',
  'message.deleted',
  'message.reacted',
  'message.hidden',
  'chat.created',
  'chat.updated',
  'chat.removed',
  'chat.placed',
  'quotes.scrubbed',
  'chat.settings-changed',
  'contact.changed',
  'contact.requested',
  'contact.accepted',
  'contact.rejected',
  'contact.withdrawn',
  'contact.blocked',
  'contact.unblocked',
  'contact.requests-viewed',
  'notifications.cleared',
  'user.updated',
  'user.deleted',
  'devices.changed',
  'presence.audience-changed',
  'session.revoked',
] as const satisfies readonly DomainEventName[];

export type SharedEventName = (typeof SHARED_EVENTS)[number];

const ANSWER_WITHIN_MS = 5000;

/** An event as the news hold it: of a message its id alone, as it is read anew where it is heard of. */
export function encodeEvent(name: SharedEventName, event: DomainEvents[SharedEventName]): string {
  if (!('message' in event)) return toWire([name, event]);
  const { message, ...rest } = event;
  return toWire([name, { ...rest, messageId: String(message._id) }]);
}

/** The event again; undefined for one about a message that is no more, and for one that this version does not know. */
export async function decodeEvent(
  text: string,
): Promise<{ name: SharedEventName; event: DomainEvents[SharedEventName] } | undefined> {
  const [name, event] = fromWire(text) as [SharedEventName, Record<string, unknown>];
  if (!SHARED_EVENTS.includes(name)) return undefined;
  const { messageId, ...rest } = event;
  if (!isAboutMessage(name)) return { name, event: event as DomainEvents[typeof name] };
  const found = MessageModel.collection.findOne<MessageRecord>({ _id: toObjectId(String(messageId)) });
  const message = await answerWithin(ANSWER_WITHIN_MS, found);
  return message ? { name, event: { ...rest, message } as DomainEvents[typeof name] } : undefined;
}

function isAboutMessage(name: SharedEventName): boolean {
  return name === 'message.updated' || name === 'message.deleted' || name === 'message.reacted';
}
