import { model, Schema } from 'mongoose';

/**
 * A node that serves this database, for as long as it says so. What it leaves behind when it says nothing more (sockets, messages not
 * told yet, projections not written) is taken over by another, which then removes the lease.
 */
export interface NodeLeaseRecord {
  /** The node's id, which the ids of its messages carry (`journal/row-ids.ts`). */
  _id: string;
  /** The machine, as far as process ids mean the same there; with `pid` it tells at once that a process is gone. */
  host: string | null;
  pid: number;
  startedAt: Date;
  /** By the database's clock. */
  until: Date;
  /** By the node's own clock: what it wrote to the log before is told and projected. */
  checkpoint: Date;
  /** The nodes whose leases it has seen: it tells them what it writes, and hears what they write. */
  knows: string[];
  /** Who takes over, and until when nobody else tries. */
  reaper?: string;
  reapUntil?: Date;
}

const nodeLeaseSchema = new Schema<NodeLeaseRecord>(
  {
    _id: { type: String, required: true },
    host: { type: String, default: null },
    pid: { type: Number, required: true },
    startedAt: { type: Date, required: true },
    until: { type: Date, required: true },
    checkpoint: { type: Date, required: true },
    knows: { type: [String], default: [] },
    reaper: String,
    reapUntil: Date,
  },
  { versionKey: false },
);

export const NodeLeaseModel = model<NodeLeaseRecord>('NodeLease', nodeLeaseSchema);
