import type { MessageRecord } from '../models/message.model';

/**
 * The socket of this node that a new message came through, for as long as the record is in memory: some dialects confirm a message
 * to that socket by its acknowledgement alone. Kept beside the record, because nothing of it is stored.
 */
const origins = new WeakMap<MessageRecord, string>();

export function rememberOrigin(message: MessageRecord, socketId: string): void {
  origins.set(message, socketId);
}

/** Undefined when it came by REST, through another node or before a crash. */
export function originOf(message: MessageRecord): string | undefined {
  return origins.get(message);
}
