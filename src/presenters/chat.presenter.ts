import type { ChatRecord } from '../models/chat.model';
import type { MembershipRecord, Role } from '../models/membership.model';
import type { ChatSnapshot } from '../services/chat-snapshot.service';
import type { MediaSigner } from '../services/media-library.types';
import { presentPicture } from './content.presenter';
import type { MessageView } from './message.presenter';
import { presentFace } from './user.presenter';

/** A chat as one member sees it (contract section 4). */
export interface ChatView {
  id: string;
  type: 'private' | 'group';
  name: string;
  avatarUrl: string | null;
  description: string;
  members: Array<{ userId: string; role: Role; joinedAt: string }>;
  memberCount: number;
  lastMessage: MessageView | null;
  unreadCount: number;
  seq: number;
  rev: number;
  disappearingSeconds: number;
  settings: ChatSettingsView;
  createdAt: string;
  updatedAt: string;
}

/** A member's own settings of a chat; others do not see them. */
export interface ChatSettingsView {
  mutedUntil: string | null;
  pinned: boolean;
  archived: boolean;
}

/** Presents a chat to one of its members; a private chat shows the other person's name and picture. */
export function presentChat(
  snapshot: ChatSnapshot,
  lastMessage: MessageView | undefined,
  signer: MediaSigner,
): ChatView {
  const { chat, membership, members, other } = snapshot;
  const shown = other
    ? presentFace(other.user, other.relation, signer)
    : { name: chat.name, avatarUrl: presentPicture(chat.avatarUrl, signer) };
  return {
    id: String(chat._id),
    type: chat.type,
    name: shown.name,
    avatarUrl: shown.avatarUrl,
    description: chat.description,
    members: members.map(({ userId, role, joinedAt }) => ({
      userId: String(userId),
      role,
      joinedAt: joinedAt.toISOString(),
    })),
    memberCount: chat.memberCount,
    lastMessage: lastMessage ?? null,
    unreadCount: unreadOf(chat, membership),
    seq: chat.seq,
    rev: chat.rev,
    disappearingSeconds: chat.disappearingSeconds,
    settings: presentSettings(membership),
    createdAt: chat.createdAt.toISOString(),
    updatedAt: chat.lastActivityAt.toISOString(),
  };
}

/** How many messages of others, system ones aside, are after the own read watermark (contract section 4). */
function unreadOf(chat: Pick<ChatRecord, 'count'>, membership: Pick<MembershipRecord, 'readCount'>): number {
  return Math.max(0, chat.count - membership.readCount);
}

function presentSettings(
  membership: Pick<MembershipRecord, 'mutedUntil' | 'pinned' | 'archived'>,
): ChatSettingsView {
  return {
    mutedUntil: membership.mutedUntil?.toISOString() ?? null,
    pinned: membership.pinned,
    archived: membership.archived,
  };
}
