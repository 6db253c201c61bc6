import type { EventHandler, FindEvent, ServedEvent } from './event-router';
import type { PayloadValidator } from './payload-schemas';

/** The client events of one dialect with the guard of their payloads. */
export interface Vocabulary {
  dialect: string;
  handlers: Readonly<Record<string, EventHandler>>;
  validator: PayloadValidator;
}

/**
 * Every event name of every dialect is understood on every connection (contract section 1). Where several dialects have the same
 * name, it means what it means in the connection's own, else in the first of the list that has it.
 * @throws Error for an event without a schema.
 */
export function createEventTable(vocabularies: readonly Vocabulary[]): FindEvent {
  const table = new Map<string, Map<string, ServedEvent>>();
  for (const { dialect, handlers, validator } of vocabularies) {
    for (const [event, handler] of Object.entries(handlers)) {
      if (!validator.events.includes(event)) throw new Error(`${dialect} has no schema for ${event}`);
      const meanings = table.get(event) ?? new Map<string, ServedEvent>();
      table.set(event, meanings.set(dialect, { handler, validator }));
    }
  }
  return (event, dialect) => {
    const meanings = table.get(event);
    return meanings?.get(dialect) ?? meanings?.values().next().value;
  };
}
