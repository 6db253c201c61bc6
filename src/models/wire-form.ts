import { mongo } from 'mongoose';

const { EJSON } = mongo.BSON;

/** A value as text that keeps ids and times what they are, for another node of the same version. */
export function toWire(value: unknown): string {
  return EJSON.stringify(value);
}

/** What `toWire` made a text of. */
export function fromWire(text: string): unknown {
  return EJSON.parse(text);
}
