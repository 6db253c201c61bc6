import { presentMessage } from '../presenters/message.presenter';
import type { MediaSigner } from '../services/media-library.types';
import type { Clock } from '../types/clock';
import { CALL_EVENTS } from './call-delivery';
import type { Outbound } from './outbound';

/** The server events of the native dialect (seed 002, contract section 5); `swagger/asyncapi.yaml` is held against this list. */
export const NATIVE_EVENTS = [
  'new_message',
  'message_updated',
  'message_deleted',
  'message_reaction',
  'message_status_update',
  'user_typing',
  'chat_created',
  'chat_updated',
  'chat_removed',
  'user-online',
  'user-offline',
  'devices_updated',
  'contact_request',
  'notification',
  'story_new',
  'story_viewed',
  'story_reaction',
  ...CALL_EVENTS,
  'authenticated',
  'authentication_error',
  'operation-error',
] as const;

export type NativeEvent = (typeof NATIVE_EVENTS)[number];

function frame(event: NativeEvent, payload: unknown) {
  return { event, payload };
}

/** Words everything in the native dialect. */
export function createNativeOutbound(clock: Clock, signer: MediaSigner): Outbound {
  return {
    echoes: true,
    messageCreated(message, { isSender }) {
      const viewerId = isSender ? String(message.senderId) : undefined;
      const view = presentMessage(message, { viewerId, status: 'sent', now: clock.now(), signer });
      return frame('new_message', isSender ? { message: view, tempId: view.tempId } : { message: view });
    },
    messageUpdated: (message) => frame('message_updated', { message }),
    messageDeleted: (told) => frame('message_deleted', told),
    messageReacted: (told) => frame('message_reaction', told),
    statusMoved: (told) => frame('message_status_update', told),
    typingChanged: (told) => frame('user_typing', told),
    chatCreated: (chat) => frame('chat_created', { chat }),
    chatUpdated: (chat) => frame('chat_updated', { chat }),
    chatRemoved: (told) => frame('chat_removed', told),
    presenceChanged: ({ userId, isOnline }) => frame(isOnline ? 'user-online' : 'user-offline', { userId }),
    contactRequested: (contact) => frame('contact_request', { status: 'sent', contact }),
    contactAccepted: (contact) => frame('contact_request', { status: 'accepted', contact }),
    contactRejected: (contact) => frame('contact_request', { status: 'rejected', contact }),
    contactWithdrawn: (contact) => frame('contact_request', { status: 'withdrawn', contact }),
    // The native dialect has no words for these; counts and lists are asked for, and sync tells one's own devices.
    blockedBy: () => undefined,
    unblockedBy: () => undefined,
    contactRequestsViewed: () => undefined,
    notificationsCleared: () => undefined,
    notified: (notification) => frame('notification', { notification }),
    storyCreated: (story) => frame('story_new', { story }),
    storyViewed: (told) => frame('story_viewed', told),
    storyReacted: (told) => frame('story_reaction', told),
    devicesChanged: (devices) => frame('devices_updated', { devices }),
  };
}
