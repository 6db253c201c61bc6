/** What is found wrong is counted under one of these, as the JSON has them. */
export type FaultKind = 'lost' | 'duplicated' | 'reordered' | 'diverged' | 'staleSocketIds';

const EXAMPLES_EACH = 5;

/** Counts what was acknowledged and what is wrong, and keeps the first examples of each kind for a person to read. */
export class Tally {
  acked = 0;
  kills = 0;
  readonly counts: Record<FaultKind, number> = {
    lost: 0,
    duplicated: 0,
    reordered: 0,
    diverged: 0,
    staleSocketIds: 0,
  };
  private readonly examples: Array<{ kind: FaultKind; text: string }> = [];

  fault(kind: FaultKind, text: string): void {
    this.counts[kind] += 1;
    if (this.counts[kind] <= EXAMPLES_EACH) this.examples.push({ kind, text });
  }

  isClean(): boolean {
    return Object.values(this.counts).every((count) => count === 0);
  }

  /** One line for each example. */
  lines(): string[] {
    return this.examples.map(({ kind, text }) => `${kind}: ${text}`);
  }
}
