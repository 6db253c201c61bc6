/** Choices that a seed repeats: every user of them has a stream of its own, so that one's timing does not change another's choices. */
export interface Random {
  /** 0 <= n < 1. */
  next(): number;
  /** A whole number, 0 <= n < below. */
  below(below: number): number;
  chance(probability: number): boolean;
  /** One of the list, which must hold something. */
  pick<T>(list: readonly T[]): T;
  shuffled<T>(list: readonly T[]): T[];
}

/** The stream of choices that belongs to a seed and a name. */
export function randomOf(seed: number, name: string): Random {
  let state = hash(`${seed}:${name}`);
  // mulberry32: small, and good enough for choices.
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (list) => {
      if (list.length === 0) throw new Error('nothing to pick from');
      return list[below(list.length)] as (typeof list)[number];
    },
    shuffled(list) {
      const rest = [...list];
      const mixed: typeof rest = [];
      while (rest.length > 0) mixed.push(...rest.splice(below(rest.length), 1));
      return mixed;
    },
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ char.charCodeAt(0), 0x01000193);
  return value;
}
