import type { SyncAnswer, SyncRequest } from '../services/sync.service';
import type { Actor } from '../types/actor';
import type { ChatView } from './chat.presenter';
import type { MessageView } from './message.presenter';
import type { PresentMessages } from './message-list.presenter';

/** The answer to `sync:request` and `POST /api/sync` (contract section 4). */
export type SyncView = Omit<SyncAnswer, 'chatIds' | 'messages'> & {
  ok: true;
  chats: ChatView[];
  messages: MessageView[];
};

/** Makes the one function behind `sync:request` and `POST /api/sync`: a checked body in, the wire answer out. */
export function createSyncResponder(deps: {
  sync: (actor: Actor, request: SyncRequest) => Promise<SyncAnswer>;
  viewChats: (viewerId: string, chatIds: readonly string[]) => Promise<ChatView[]>;
  presentMessages: PresentMessages;
}) {
  return async (actor: Actor, body: Record<string, unknown>): Promise<SyncView> => {
    const { chatIds, messages, ...rest } = await deps.sync(actor, toRequest(body));
    const [chats, views] = await Promise.all([
      deps.viewChats(actor.userId, chatIds),
      deps.presentMessages(actor.userId, messages),
    ]);
    return { ok: true, chats, messages: views, ...rest };
  };
}

function toRequest({ cursors, userRev, since, limit }: Record<string, unknown>): SyncRequest {
  const known = cursors as Record<string, number> | null | undefined;
  return {
    ...(known && { cursors: lowerKeys(known) }),
    ...(typeof userRev === 'number' && { userRev }),
    ...(typeof limit === 'number' && { limit }),
    ...(typeof since === 'string' && { since: new Date(since) }),
  };
}

function lowerKeys(cursors: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(cursors).map(([id, rev]) => [id.toLowerCase(), rev]));
}
