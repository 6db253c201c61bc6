import { Types } from 'mongoose';

export type ObjectId = Types.ObjectId;

/** The stored form of an id that was checked to be one. */
export function toObjectId(id: string): ObjectId {
  return new Types.ObjectId(id);
}

/** A new id. */
export function newObjectId(): ObjectId {
  return new Types.ObjectId();
}

/** The lowest id that was made at this time, to find what was made since. */
export function idFrom(time: Date): ObjectId {
  return Types.ObjectId.createFromTime(Math.floor(time.getTime() / 1000));
}
