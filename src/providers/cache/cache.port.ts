/** What is kept under one name and time to live. */
export interface CacheKind {
  name: string;
  ttlMs: number;
  /** How much memory a value takes, in pieces of half a kilobyte; one where it is not said. */
  weigh?(value: unknown): number;
}

/** One thing that may be kept, and the mark by which it is dropped together with others. */
export interface CacheKey {
  id: string;
  tag: string;
}

export interface Looked<T> {
  /** Nothing where it is not kept, or may not be given out. It is shared: not to be changed. */
  value: T | undefined;
  /**
   * Keeps what was read from the database after the look. It is passed over when its tag was dropped meanwhile, so that a reader who was
   * overtaken by a change leaves nothing old behind.
   */
  keep(value: T): void;
}

/**
 * Keeps what was read from the database until it changes. It never fails: what it cannot tell it does not have. Whoever changes
 * something drops its tag, after the change is stored and before it is acknowledged.
 */
export interface Cache {
  look<T>(kind: CacheKind, keys: readonly CacheKey[]): Promise<Looked<T>[]>;
  /** From now on nothing under these tags is given out on this node, and on no other once `settled` resolves. */
  drop(tags: readonly string[]): void;
  /** The same for everything: for when changes may have been made without being heard of. */
  dropAll(): void;
  /** Resolves when all that was dropped is dropped on every node; undefined when it is. Never rejects. */
  settled(): Promise<void> | undefined;
  /** To be called before the first look. `namespace` is the database the kept things are from. */
  open(namespace: string): Promise<void>;
  stop(): void;
}

/** Where nothing is kept. */
export function nothingKept<T>(keys: readonly CacheKey[]): Looked<T>[] {
  return keys.map(() => ({ value: undefined, keep: () => undefined }));
}
