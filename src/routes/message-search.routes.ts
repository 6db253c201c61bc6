import { type RequestHandler, Router } from 'express';
import type { MessageSearchController } from '../controllers/message-search.controller';
import { validate } from '../helpers/validation';
import { searchChatRules, searchMessagesRules } from '../validation/chat.validation';

/** The search for messages under `/api` (contract section 4); mounted before `/api/messages/:id`, which would take its address. */
export function createMessageSearchRouter({
  messageSearchController,
  authenticate,
}: {
  messageSearchController: MessageSearchController;
  authenticate: RequestHandler;
}): Router {
  const router = Router();
  router.get(
    '/messages/search',
    authenticate,
    validate(searchMessagesRules),
    messageSearchController.searchAll,
  );
  router.get(
    '/chats/:id/search',
    authenticate,
    validate(searchChatRules),
    messageSearchController.searchChat,
  );
  return router;
}
