import { asList, asObject, asText, type JsonObject, refName, resolveRef } from './documents';

/** One event of the AsyncAPI document. */
export interface EventDocument {
  /** The event's name on the wire. */
  name: string;
  /** The message object, with its refs still in it. */
  message: JsonObject;
  /** The messages the acknowledgement may carry; none for server events. */
  acks: JsonObject[];
}

/** The events a client sends, in the order of the document. */
export function clientEvents(document: JsonObject): EventDocument[] {
  return eventsOf(document, 'receive');
}

/** The events the server sends, in the order of the document. */
export function serverEvents(document: JsonObject): EventDocument[] {
  return eventsOf(document, 'send');
}

function eventsOf(document: JsonObject, action: 'receive' | 'send'): EventDocument[] {
  const operations = Object.values(asObject(document.operations)).map(asObject);
  return operations
    .filter((operation) => operation.action === action)
    .flatMap((operation) => {
      const acks = asList(asObject(operation.reply).messages).map((ref) => resolveRef(document, ref));
      return asList(operation.messages).map((ref) => {
        const message = resolveRef(document, ref);
        return { name: asText(message.name) || refName(ref), message, acks };
      });
    });
}
