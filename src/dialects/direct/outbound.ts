import type { Frame, MaybeFrame, Outbound } from '../../delivery/outbound';
import type { ContactView } from '../../presenters/contact.presenter';
import { contentOrAddress } from '../../presenters/content-text';
import { presentMessage } from '../../presenters/message.presenter';
import { COMMON_EVENTS } from '../common-events';
import type { DialectGround } from '../dialect.port';
import { presentPrivateMessage } from './message.presenter';

/** The server events of seed 003, and the extra ones of contract section 6. */
export const DIRECT_EVENTS = [
  'private-message',
  'message-seen',
  'message-updated',
  'message-deleted',
  'friend-request',
  ...COMMON_EVENTS,
] as const;

type DirectEvent = (typeof DIRECT_EVENTS)[number];

function frame(event: DirectEvent, payload: unknown): Frame {
  return { event, payload };
}

const noWords = () => undefined;

/** Words everything in the direct dialect: there are no chats, only people who write to each other. */
export function createDirectOutbound({ clock, signer }: DialectGround): Outbound {
  return {
    echoes: false,
    messageCreated(message, { isSender, roster }) {
      if (message.content?.type === 'system') return undefined;
      const facts = { viewerId: undefined, status: 'sent', now: clock.now(), signer } as const;
      const view = presentMessage(message, facts);
      const peerId =
        roster.type === 'private' && isSender ? peerOf(roster.memberIds, view.senderId) : undefined;
      return {
        event: 'private-message',
        payloadFor: (readerId) => presentPrivateMessage(view, peerId ?? readerId),
      };
    },
    messageUpdated: ({ id, content }) =>
      frame('message-updated', { messageId: id, content: contentOrAddress(content) }),
    messageDeleted: ({ messageId }) => frame('message-deleted', { messageId }),
    statusMoved: ({ messageId, userId, status, upToSeq }) =>
      status === 'read' ? frame('message-seen', { messageId, userId, upToSeq }) : undefined,
    presenceChanged: ({ userId, isOnline }) => frame(isOnline ? 'user-online' : 'user-offline', { userId }),
    contactRequested: (contact) => friendRequest(contact, 'sent'),
    contactAccepted: (contact) => friendRequest(contact, 'accepted'),
    contactRejected: (contact) => friendRequest(contact, 'rejected'),
    contactWithdrawn: noWords,
    messageReacted: noWords,
    typingChanged: noWords,
    chatCreated: noWords,
    chatUpdated: noWords,
    chatRemoved: noWords,
    blockedBy: noWords,
    unblockedBy: noWords,
    contactRequestsViewed: noWords,
    notificationsCleared: noWords,
    notified: noWords,
    devicesChanged: noWords,
  };
}

function peerOf(memberIds: readonly string[], userId: string): string | undefined {
  return memberIds.find((id) => id !== userId);
}

/** Who asked is `fromUserId`, whoever of the two hears it. */
function friendRequest(
  { user, direction }: ContactView,
  status: 'sent' | 'accepted' | 'rejected',
): MaybeFrame {
  return {
    event: 'friend-request',
    payloadFor: (readerId) =>
      direction === 'incoming'
        ? { fromUserId: user.id, toUserId: readerId, status }
        : { fromUserId: readerId, toUserId: user.id, status },
  };
}
