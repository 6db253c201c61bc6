import type { DomainEventName, DomainEvents } from './domain-events';

/** Whether this node did what an event tells, or another one, of which this node merely hears. */
export type Origin = 'here' | 'elsewhere';

export type Listener<Name extends DomainEventName> = (
  event: DomainEvents[Name],
  origin: Origin,
) => void | Promise<void>;

export interface EventBus {
  /** Calls every listener in the order of subscription; returns at once, a failing listener is logged and harms no other. */
  emit<Name extends DomainEventName>(name: Name, event: DomainEvents[Name], origin?: Origin): void;
  on<Name extends DomainEventName>(name: Name, listener: Listener<Name>): void;
}

type AnyListener = (event: never, origin: Origin) => void | Promise<void>;

/** An in-process bus; `onError` hears what a listener threw or rejected with. */
export function createEventBus(onError: (name: DomainEventName, error: unknown) => void): EventBus {
  const listeners = new Map<DomainEventName, AnyListener[]>();
  return {
    on(name, listener) {
      const list = listeners.get(name) ?? [];
      list.push(listener as AnyListener);
      listeners.set(name, list);
    },
    emit(name, event, origin = 'here') {
      for (const listener of listeners.get(name) ?? []) {
        try {
          const result = listener(event as never, origin);
          if (result instanceof Promise) result.catch((error) => onError(name, error));
        } catch (error) {
          onError(name, error);
        }
      }
    },
  };
}

/** The bus for who must act once among all nodes: what another node did is not heard there. */
export function hereOnly(bus: EventBus): EventBus {
  return {
    emit: bus.emit,
    on: (name, listener) =>
      bus.on(name, (event, origin) => (origin === 'here' ? listener(event, origin) : undefined)),
  };
}
