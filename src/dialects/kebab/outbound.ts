import type { Frame, Outbound } from '../../delivery/outbound';
import { presentMessage } from '../../presenters/message.presenter';
import { COMMON_EVENTS } from '../common-events';
import type { DialectGround } from '../dialect.port';
import { chatInKebabWords, inKebabWords } from './status-words';

/** The server events of seed 001, the extra one of contract section 6, and those common to all dialects. */
export const KEBAB_EVENTS = [
  'new-message',
  'message-updated',
  'message-status-update',
  'message-reaction',
  'message-deleted',
  'messages-delivered',
  'new-chat',
  'user-typing',
  'new-contact-request',
  'contact-request-accepted',
  'contact-request-rejected',
  'blocked-by-contact',
  'unblocked-by-contact',
  'notifications-cleared',
  'contact-requests-viewed',
  'devices-updated',
  ...COMMON_EVENTS,
] as const;

function frame(event: (typeof KEBAB_EVENTS)[number], payload: unknown): Frame {
  return { event, payload };
}

const noWords = () => undefined;

/** Words everything in the kebab dialect; the socket that sent a message has its acknowledgement already. */
export function createKebabOutbound({ clock, signer }: DialectGround): Outbound {
  return {
    echoes: false,
    messageCreated(message, { isSender }) {
      const viewerId = isSender ? String(message.senderId) : undefined;
      const view = presentMessage(message, { viewerId, status: 'sent', now: clock.now(), signer });
      return frame('new-message', inKebabWords(view));
    },
    messageUpdated: (message) => frame('message-updated', inKebabWords(message)),
    messageDeleted: (told) => frame('message-deleted', told),
    messageReacted: (told) => frame('message-reaction', { ...told, removed: told.emoji === null }),
    statusMoved: (told) => frame('message-status-update', { ...told, status: told.status.toUpperCase() }),
    deliveredByOpening: (told) => frame('messages-delivered', told),
    typingChanged: (told) => frame('user-typing', told),
    chatCreated: (chat) => frame('new-chat', chatInKebabWords(chat)),
    presenceChanged: ({ userId, isOnline }) => frame(isOnline ? 'user-online' : 'user-offline', { userId }),
    // Received is a request by the one who was asked; the asker's devices would count it among theirs.
    contactRequested: (contact) =>
      contact.direction === 'incoming' ? frame('new-contact-request', contact) : undefined,
    contactAccepted: (contact) => frame('contact-request-accepted', contact),
    contactRejected: (contact) => frame('contact-request-rejected', contact),
    // Taken back or rejected, it is gone from both lists.
    contactWithdrawn: (contact) => frame('contact-request-rejected', contact),
    blockedBy: (told) => frame('blocked-by-contact', told),
    unblockedBy: (told) => frame('unblocked-by-contact', told),
    contactRequestsViewed: () => frame('contact-requests-viewed', {}),
    notificationsCleared: (told) => frame('notifications-cleared', told),
    devicesChanged: (devices) => frame('devices-updated', { devices }),
    chatUpdated: noWords,
    chatRemoved: noWords,
    notified: noWords,
  };
}
