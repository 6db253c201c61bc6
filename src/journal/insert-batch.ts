import { mongo } from 'mongoose';
import { isMongoUnavailable } from '../errors/from-mongo';
import { answerWithin } from '../models/answer-within';
import { MessageModel } from '../models/message.model';
import type { LogRow } from './lane';

/** Later than that the outcome is taken to be unknown, and what is stored is looked up. */
const ANSWER_WITHIN_MS = 5000;

/** Why the first refused document was refused: its number is taken, its idempotency key is, or its id is. */
export type Refusal = 'number' | 'key' | 'id';

export type InsertOutcome =
  | { kind: 'done' }
  | { kind: 'refused'; inserted: number; refusal: Refusal }
  /** Some, all or none may be stored: the connection or the confirmation was lost. */
  | { kind: 'uncertain'; cause: unknown };

/**
 * Writes rows in one command, in order, and stops at the first refusal: so what follows a refused message in its chat is
 * not written either, and no number is left out. Majority-journaled.
 */
export async function insertBatch(rows: LogRow[]): Promise<InsertOutcome> {
  try {
    const options = { ordered: true, writeConcern: { w: 'majority', journal: true } } as const;
    await answerWithin(ANSWER_WITHIN_MS, MessageModel.collection.insertMany(rows, options));
    return { kind: 'done' };
  } catch (error) {
    const refused = refusalOf(error);
    if (refused) return refused;
    if (isMongoUnavailable(error) || error instanceof mongo.MongoBulkWriteError)
      return { kind: 'uncertain', cause: error };
    throw error;
  }
}

function refusalOf(error: unknown): InsertOutcome | undefined {
  if (!(error instanceof mongo.MongoBulkWriteError)) return undefined;
  const writeErrors = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors];
  const first = writeErrors[0];
  // Without a confirmed majority nothing may be acknowledged, whatever was refused.
  if (first === undefined || first.code !== 11000 || error.result.getWriteConcernError()) return undefined;
  return { kind: 'refused', inserted: first.index, refusal: refusalKind(first.errmsg ?? '') };
}

function refusalKind(message: string): Refusal {
  if (message.includes('senderId_1_tempId_1')) return 'key';
  if (message.includes('index: _id_')) return 'id';
  return 'number';
}
