import { Types } from 'mongoose';

const NODE_AT = 4;
const COUNTER_AT = 9;

/**
 * Makes the ids of rows: the time in seconds, the node that wrote the row, a counter. So whose row it is can be told from its id, and
 * what a node wrote lately is found in the index of ids.
 */
export function createRowIds(nodeId: string): () => Types.ObjectId {
  const node = Buffer.from(nodeId, 'hex');
  let counter = Math.floor(Math.random() * 0xff_ffff);
  return () => {
    const bytes = Buffer.allocUnsafe(12);
    bytes.writeUInt32BE(Math.floor(Date.now() / 1000), 0);
    node.copy(bytes, NODE_AT);
    counter = (counter + 1) & 0xff_ffff;
    bytes.writeUIntBE(counter, COUNTER_AT, 3);
    return new Types.ObjectId(bytes);
  };
}

/** The node that wrote a row. */
export function nodeOf(rowId: Types.ObjectId): string {
  return rowId.toHexString().slice(2 * NODE_AT, 2 * COUNTER_AT);
}
