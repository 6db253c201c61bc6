import { model, Schema, type Types } from 'mongoose';

/** A message one user starred; apart from the message, because a star is nobody else's business and changes no `rev`. */
export interface StarRecord {
  _id: Types.ObjectId;
  userId: Types.ObjectId;
  messageId: Types.ObjectId;
  chatId: Types.ObjectId;
  starredAt: Date;
}

const starSchema = new Schema<StarRecord>(
  {
    userId: { type: Schema.Types.ObjectId, required: true },
    messageId: { type: Schema.Types.ObjectId, required: true },
    chatId: { type: Schema.Types.ObjectId, required: true },
    starredAt: { type: Date, required: true },
  },
  { versionKey: false },
);

starSchema.index({ userId: 1, messageId: 1 }, { unique: true });
starSchema.index({ userId: 1, starredAt: -1, _id: -1 });

export const StarModel = model<StarRecord>('Star', starSchema);
