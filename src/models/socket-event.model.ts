import { model, type mongo, Schema } from 'mongoose';

/** What nodes say to each other through Socket.IO's MongoDB adapter, which alone knows the shape; gone after ten minutes. */
const socketEventSchema = new Schema(
  { createdAt: { type: Date, required: true } },
  { versionKey: false, strict: false },
);

const KEPT_SECONDS = 600;
socketEventSchema.index({ createdAt: 1 }, { expireAfterSeconds: KEPT_SECONDS });

export const SocketEventModel = model('SocketEvent', socketEventSchema);

/**
 * The driver's own collection, as the adapter wants it. Nothing in it is worth waiting for a majority.
 * @throws Error before the database is connected.
 */
export function socketEvents(): mongo.Collection {
  const { db } = SocketEventModel.db;
  if (!db) throw new Error('The database is not connected');
  return db.collection(SocketEventModel.collection.name, { writeConcern: { w: 1, journal: true } });
}
