import type { Frame, Outbound } from '../../delivery/outbound';
import { presentMessage } from '../../presenters/message.presenter';
import { COMMON_EVENTS } from '../common-events';
import type { DialectGround } from '../dialect.port';
import { presentV1Message } from './message.presenter';

/** The server events of seed 000, the extra ones of contract section 6, and those common to all dialects. */
export const V1_EVENTS = [
  'message:new',
  'message:updated',
  'message:deleted',
  'message:reaction',
  'message:status',
  'typing:start',
  'typing:stop',
  ...COMMON_EVENTS,
] as const;

function frame(event: (typeof V1_EVENTS)[number], payload: unknown): Frame {
  return { event, payload };
}

const noWords = () => undefined;

/** Words everything in the v1 dialect; the sender's socket has its confirmation already. */
export function createV1Outbound({ clock, signer }: DialectGround): Outbound {
  return {
    echoes: false,
    messageCreated(message, { isSender }) {
      const viewerId = isSender ? String(message.senderId) : undefined;
      const view = presentMessage(message, { viewerId, status: 'sent', now: clock.now(), signer });
      return frame('message:new', presentV1Message(view));
    },
    messageUpdated: (message) => frame('message:updated', presentV1Message(message)),
    messageDeleted: ({ chatId, messageId }) =>
      frame('message:deleted', { conversationId: chatId, messageId }),
    messageReacted: ({ chatId, ...told }) => frame('message:reaction', { conversationId: chatId, ...told }),
    statusMoved: ({ chatId, ...told }) => frame('message:status', { conversationId: chatId, ...told }),
    typingChanged: ({ chatId, userId, isTyping }) =>
      frame(isTyping ? 'typing:start' : 'typing:stop', { conversationId: chatId, userId }),
    presenceChanged: ({ userId, isOnline }) => frame(isOnline ? 'user-online' : 'user-offline', { userId }),
    chatCreated: noWords,
    chatUpdated: noWords,
    chatRemoved: noWords,
    contactRequested: noWords,
    contactAccepted: noWords,
    contactRejected: noWords,
    contactWithdrawn: noWords,
    blockedBy: noWords,
    unblockedBy: noWords,
    contactRequestsViewed: noWords,
    notificationsCleared: noWords,
    notified: noWords,
    devicesChanged: noWords,
  };
}
