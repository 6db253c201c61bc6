import type { mongo } from 'mongoose';

export interface GroupCommit {
  /** Stores the document with the next flush and calls `stored` once it is journaled in a majority. */
  add(document: mongo.Document, stored: () => void): void;
}

/**
 * The barest way to many durable inserts a second (design section 8, baseline b): what is pending of all connections
 * goes out as one `insertMany`; the next flush starts when the last one ends. A failed flush ends the process.
 */
export function createGroupCommit(collection: mongo.Collection): GroupCommit {
  let pending: { document: mongo.Document; stored: () => void }[] = [];
  let isFlushing = false;

  async function flush(): Promise<void> {
    isFlushing = true;
    while (pending.length > 0) {
      const batch = pending;
      pending = [];
      const documents = batch.map((entry) => entry.document);
      await collection.insertMany(documents, { writeConcern: { w: 'majority', journal: true } });
      for (const entry of batch) entry.stored();
    }
    isFlushing = false;
  }

  return {
    add(document, stored) {
      pending.push({ document, stored });
      if (!isFlushing) flush().catch(endProcess);
    },
  };
}

function endProcess(error: unknown): void {
  console.error(error);
  process.exit(1);
}
