import type { RequestHandler } from 'express';
import { validated } from '../helpers/validation';
import { actorOf } from '../middlewares/authenticate';
import type { PresentMessages } from '../presenters/message-list.presenter';
import type { MessageSearchService, SearchPage, SearchRequest } from '../services/message-search.service';

export type MessageSearchController = ReturnType<typeof createMessageSearchController>;

/** The handlers of the search for messages. */
export function createMessageSearchController(deps: {
  messageSearch: MessageSearchService;
  presentMessages: PresentMessages;
}) {
  async function present(userId: string, { messages, nextCursor }: SearchPage) {
    return { messages: await deps.presentMessages(userId, messages), nextCursor };
  }

  return {
    async searchChat(req, res) {
      const { id, ...request } = validated<SearchRequest & { id: string }>(req);
      const actor = actorOf(req);
      res.json(await present(actor.userId, await deps.messageSearch.searchChat(actor, id, request)));
    },

    async searchAll(req, res) {
      const actor = actorOf(req);
      const page = await deps.messageSearch.searchAll(actor, validated<SearchRequest>(req));
      res.json(await present(actor.userId, page));
    },
  } satisfies Record<string, RequestHandler>;
}
