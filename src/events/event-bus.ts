import type { DomainEventName, DomainEvents } from './domain-events';

export type Listener<Name extends DomainEventName> = (event: DomainEvents[Name]) => void | Promise<void>;

export interface EventBus {
  /** Calls every listener in the order of subscription; returns at once, a failing listener is logged and harms no other. */
  emit<Name extends DomainEventName>(name: Name, event: DomainEvents[Name]): void;
  on<Name extends DomainEventName>(name: Name, listener: Listener<Name>): void;
}

/** An in-process bus; `onError` hears what a listener threw or rejected with. */
export function createEventBus(onError: (name: DomainEventName, error: unknown) => void): EventBus {
  const listeners = new Map<DomainEventName, Array<(event: never) => void | Promise<void>>>();
  return {
    on(name, listener) {
      const list = listeners.get(name) ?? [];
      list.push(listener as (event: never) => void | Promise<void>);
      listeners.set(name, list);
    },
    emit(name, event) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          const result = listener(event as never);
          if (result instanceof Promise) result.catch((error) => onError(name, error));
        } catch (error) {
          onError(name, error);
        }
      }
    },
  };
}
