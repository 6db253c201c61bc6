/** Puts a piece of work off to its first use: the function answers with what `make` gave, and asks it once. What it throws is not kept. */
export function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
