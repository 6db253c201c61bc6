import { MAX_SIGNAL_BYTES, MAX_SIGNAL_DEPTH } from '../config/limits';
import { invalidField } from '../errors/app-error';

/**
 * Lets a WebRTC signal through: any JSON, of bounded size and depth, which nobody here looks into.
 * @throws validation_failed
 */
export function checkSignal(signal: unknown): unknown {
  if (signal === undefined || signal === null) return null;
  if (!isPlain(signal, MAX_SIGNAL_DEPTH)) throw invalidField('signal', 'must be plain, shallow JSON');
  if (Buffer.byteLength(JSON.stringify(signal)) > MAX_SIGNAL_BYTES)
    throw invalidField('signal', `must have at most ${MAX_SIGNAL_BYTES} bytes`);
  return signal;
}

/** A signal as it is stored: as text, because its keys may be what a database does not take. */
export function packSignal(signal: unknown): string {
  return JSON.stringify(signal);
}

/** What `packSignal` made, or null for nothing. */
export function unpackSignal(text: string | undefined): unknown {
  return text === undefined ? null : JSON.parse(text);
}

function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0 || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return false;
  return Object.values(value).every((inner) => isPlain(inner, depth - 1));
}
