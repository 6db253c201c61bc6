import { model, Schema } from 'mongoose';

/** A change of the data that was made once; and, under the id `lock`, who is making changes now. */
export interface MigrationRecord {
  _id: string;
  /** When it was done. */
  at?: Date;
  /** Of the lock: the process that holds it, and until when it does if it says nothing more. */
  holder?: string;
  until?: Date;
}

const migrationSchema = new Schema<MigrationRecord>(
  { _id: { type: String, required: true }, at: Date, holder: String, until: Date },
  { versionKey: false },
);

export const MigrationModel = model<MigrationRecord>('Migration', migrationSchema);
