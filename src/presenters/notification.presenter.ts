import type { CallRecord } from '../models/call.model';
import type { MediaSigner } from '../services/media-library.types';
import type { NotificationEntry } from '../services/notification.service';
import { type CallView, presentCall } from './call.presenter';
import { type ContactEntry, type ContactView, presentContact } from './contact.presenter';
import type { MessageView } from './message.presenter';
import type { PresentMessages } from './message-list.presenter';

/** Something that waits for the user's attention (contract section 6). */
export interface NotificationView {
  /** The same as long as it is about the same chat, request or call. */
  id: string;
  type: 'message' | 'contact_request' | 'missed_call';
  chatId?: string;
  count?: number;
  lastMessage?: MessageView;
  contact?: ContactView;
  call?: CallView;
  createdAt: string;
}

export type PresentNotifications = (
  viewerId: string,
  entries: readonly NotificationEntry[],
) => Promise<NotificationView[]>;

/** Makes the function that presents one user's notifications, their messages together. */
export function createPresentNotifications(deps: {
  presentMessages: PresentMessages;
  signer: MediaSigner;
}): PresentNotifications {
  return async (viewerId, entries) => {
    const messages = entries.flatMap((entry) =>
      entry.type === 'message' && entry.lastMessage ? [entry.lastMessage] : [],
    );
    const views = await deps.presentMessages(viewerId, messages);
    const viewOf = new Map(messages.map((message, i) => [message, views[i]]));
    return entries.map((entry) => {
      if (entry.type === 'contact_request')
        return presentRequestNotification(entry.entry, entry.at, deps.signer);
      if (entry.type === 'missed_call') return presentMissedCallNotification(entry.call);
      const { chatId, count, at } = entry;
      const lastMessage = entry.lastMessage && viewOf.get(entry.lastMessage);
      return {
        id: `message-${chatId}`,
        type: 'message',
        chatId,
        count,
        ...(lastMessage && { lastMessage }),
        createdAt: at.toISOString(),
      };
    });
  };
}

/** Presents that somebody asks to be a contact. */
export function presentRequestNotification(
  entry: ContactEntry,
  at: Date,
  signer: MediaSigner,
): NotificationView {
  return {
    id: `contact_request-${entry.contact._id}`,
    type: 'contact_request',
    contact: presentContact(entry, signer),
    createdAt: at.toISOString(),
  };
}

/** Presents a call that the user missed. */
export function presentMissedCallNotification(call: CallRecord): NotificationView {
  return {
    id: `missed_call-${call._id}`,
    type: 'missed_call',
    ...(call.chatId && { chatId: String(call.chatId) }),
    call: presentCall(call),
    createdAt: call.createdAt.toISOString(),
  };
}
