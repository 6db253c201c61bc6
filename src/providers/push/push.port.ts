import type { PushNote, PushOutcome } from '../../types/push-note';

/** The most pushes of one `send`. */
export const MAX_PUSHES_AT_ONCE = 100;

/** Brings pushes to devices that have no connection. */
export interface PushProvider {
  readonly name: 'fcm' | 'none';
  /** False: nobody needs to decide who is to hear what. */
  readonly isConfigured: boolean;
  /** Sends up to 100 pushes and tells of each what became of it, in their order. Never rejects. */
  send(notes: readonly PushNote[]): Promise<PushOutcome[]>;
  /** Lets go of connections. */
  stop(): Promise<void>;
}
