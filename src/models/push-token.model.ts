import { model, Schema, type Types } from 'mongoose';

/**
 * The address by which Firebase reaches a device. `_id` is the token itself, so it belongs to one device at a time: to the one that
 * brought it last. Not a part of `User.devices`, whose index could not hold that promise: devices without a token would collide.
 */
export interface PushTokenRecord {
  _id: string;
  userId: Types.ObjectId;
  deviceId: string;
  /** The session that brought it; without a live one the device is signed out and hears nothing. */
  sessionId: Types.ObjectId | null;
}

const pushTokenSchema = new Schema<PushTokenRecord>(
  {
    _id: { type: String, required: true },
    userId: { type: Schema.Types.ObjectId, required: true },
    deviceId: { type: String, required: true },
    sessionId: { type: Schema.Types.ObjectId, default: null },
  },
  { versionKey: false },
);

pushTokenSchema.index({ userId: 1, deviceId: 1 });

export const PushTokenModel = model<PushTokenRecord>('PushToken', pushTokenSchema);
