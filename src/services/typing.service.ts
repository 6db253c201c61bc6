import { TYPING_TIMEOUT_MS } from '../config/limits';
import type { EventBus } from '../events/event-bus';
import { assertMayPost, assertMember } from '../policies/message.policy';
import type { Actor } from '../types/actor';
import type { RosterService } from './roster.service';

export interface TypingService {
  /** Tells the others that the actor types, or stopped. Ends by itself after 8 s. @throws not_found, forbidden */
  setTyping(actor: Actor, chatId: string, isTyping: boolean): Promise<void>;
  /** Ends what the actor types there, if anything; others hear nothing otherwise. @throws not_found */
  endTyping(actor: Actor, chatId: string): Promise<void>;
  /** Ends what a connection that went away was typing. */
  clearSocket(socketId: string): void;
  stop(): void;
}

interface Typing {
  chatId: string;
  userId: string;
  socketId: string | undefined;
  timer: NodeJS.Timeout;
}

/** Owns who is typing where on this node; a message sent, a lost connection or 8 s of silence end it. */
export function createTypingService(deps: { rosters: RosterService; bus: EventBus }): TypingService {
  const { rosters, bus } = deps;
  const active = new Map<string, Typing>();

  function end(key: string): void {
    const typing = active.get(key);
    if (!typing) return;
    clearTimeout(typing.timer);
    active.delete(key);
    bus.emit('typing.changed', { chatId: typing.chatId, userId: typing.userId, isTyping: false });
  }

  bus.on('messages.created', ({ messages }) => {
    if (active.size === 0) return;
    for (const message of messages) end(`${message.chatId}:${message.senderId}`);
  });

  return {
    async setTyping(actor, givenChatId, isTyping) {
      const chatId = givenChatId.toLowerCase();
      const roster = await rosters.get(chatId);
      assertMayPost(actor.userId, roster);
      const key = `${chatId}:${actor.userId}`;
      if (!isTyping) {
        if (active.has(key)) end(key);
        else bus.emit('typing.changed', { chatId, userId: actor.userId, isTyping: false });
        return;
      }
      clearTimeout(active.get(key)?.timer);
      const timer = setTimeout(() => end(key), TYPING_TIMEOUT_MS);
      timer.unref();
      active.set(key, { chatId, userId: actor.userId, socketId: actor.socketId, timer });
      bus.emit('typing.changed', { chatId, userId: actor.userId, isTyping: true });
    },
    async endTyping({ userId }, givenChatId) {
      const chatId = givenChatId.toLowerCase();
      assertMember(userId, await rosters.get(chatId));
      end(`${chatId}:${userId}`);
    },
    clearSocket(socketId) {
      for (const [key, typing] of active) if (typing.socketId === socketId) end(key);
    },
    stop() {
      for (const typing of active.values()) clearTimeout(typing.timer);
      active.clear();
    },
  };
}
