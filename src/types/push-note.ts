/** One push to one device, in no provider's words. */
export interface PushNote {
  token: string;
  /** What a later push of the same id takes the place of; at most 64 ASCII characters. */
  collapseId: string;
  /** What people see; without it the push only tells the app. */
  alert?: { title: string; body: string };
  /** On Android the app itself shows something for this push, such as a call that rings; on iOS the alert is shown. */
  isShownByApp?: boolean;
  /** For the app; all of a push has room for 4,000 bytes. */
  data: Record<string, string>;
  /** How many things wait for the user in all: an absolute number. */
  badge?: number;
  /** What belongs together on the screen. */
  threadId?: string;
  urgency: 'high' | 'normal';
  /** After this time it is of no use, and not delivered any more. */
  ttlSeconds: number;
}

/**
 * What became of a push: handed over; its device does not exist any more; refused for what it is, for ever; or not now, try again
 * (not before `afterMs`, where the provider says so).
 */
export type PushOutcome =
  | { kind: 'sent' }
  | { kind: 'dead' }
  | { kind: 'refused'; reason: string }
  | { kind: 'later'; reason: string; afterMs?: number };
