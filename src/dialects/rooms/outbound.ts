import type { Frame, Outbound } from '../../delivery/outbound';
import { presentMessage } from '../../presenters/message.presenter';
import type { DialectGround } from '../dialect.port';
import { presentRoomMessage } from './message.presenter';

/** The server's frames of seed 004, and the extra ones of contract section 6. */
export const ROOMS_FRAMES = ['NEW_MESSAGE', 'MESSAGE_UPDATED', 'MESSAGE_DELETED', 'USERS', 'ERROR'] as const;

type FrameType = (typeof ROOMS_FRAMES)[number];

/** What happened in a room: for the sockets that are in it. */
export interface RoomNews {
  roomId: string;
  /** The number of a new message, for the receipt. */
  seq?: number;
  frame: { type: FrameType; data: unknown };
}

/** A frame as it is on the wire. */
export function encodeFrame(type: FrameType, data: unknown): Buffer {
  return Buffer.from(JSON.stringify({ type, data }));
}

function news(type: FrameType, roomId: string, data: unknown, seq?: number): Frame {
  const payload: RoomNews = { roomId, frame: { type, data }, ...(seq !== undefined && { seq }) };
  return { event: type, payload };
}

const noWords = () => undefined;

/** Words everything for the sockets of rooms. The sender's own hear nothing of a new message. */
export function createRoomsOutbound({ clock, signer }: DialectGround): Outbound {
  return {
    echoes: false,
    messageCreated(message, { isSender, roster }) {
      if (isSender || roster.type !== 'private') return undefined;
      const facts = { viewerId: undefined, status: 'sent', now: clock.now(), signer } as const;
      const data = presentRoomMessage(presentMessage(message, facts));
      return data && news('NEW_MESSAGE', String(message.chatId), data, message.seq);
    },
    messageUpdated(message) {
      const data = presentRoomMessage(message);
      return data && news('MESSAGE_UPDATED', message.chatId, data);
    },
    messageDeleted: ({ chatId, messageId }) => news('MESSAGE_DELETED', chatId, { id: messageId }),
    messageReacted: noWords,
    statusMoved: noWords,
    typingChanged: noWords,
    presenceChanged: noWords,
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
