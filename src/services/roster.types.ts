import type { Role } from '../models/membership.model';

export interface RosterMember {
  role: Role;
  joinedSeq: number;
}

/** What the send path must know of a chat. */
export interface Roster {
  chatId: string;
  type: 'private' | 'group';
  disappearingSeconds: number;
  /** Current members only. */
  members: ReadonlyMap<string, RosterMember>;
  memberIds: readonly string[];
  /** In a private chat: one of the two blocked the other, or does not exist any more. */
  isBlocked: boolean;
}
