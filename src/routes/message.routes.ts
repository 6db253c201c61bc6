import { type RequestHandler, Router } from 'express';
import type { MessageController } from '../controllers/message.controller';
import { validate } from '../helpers/validation';
import * as rules from '../validation/message.validation';

interface Deps {
  controller: MessageController;
  authenticate: RequestHandler;
}

/** `/api/messages`: seed 002's paths and contract section 4. The search lives in `message-search.routes`. */
export function createMessageRouter({ controller, authenticate }: Deps): Router {
  const router = Router();
  router.use(authenticate);
  router.post('/', validate(rules.sendMessage), controller.send);
  router.get('/starred', validate(rules.listStarred), controller.starred);
  router.get('/:id', validate(rules.messageById), controller.get);
  router.put('/:id', validate(rules.editMessage), controller.edit);
  router.delete('/:id', validate(rules.deleteMessage), controller.remove);
  router.post('/:id/react', validate(rules.react), controller.react);
  router.post('/:id/forward', validate(rules.forwardMessage), controller.forward);
  router.get('/:id/receipts', validate(rules.messageById), controller.receipts);
  router.post('/:id/star', validate(rules.messageById), controller.star);
  router.delete('/:id/star', validate(rules.messageById), controller.unstar);
  return router;
}

/** The message verbs below `/api/chats`, most of them seed 001's; each authenticates by itself, as the routes of chats do. */
export function createChatMessageRouter({ controller, authenticate }: Deps): Router {
  const router = Router();
  router.delete('/messages/:id', authenticate, validate(rules.deleteMessage), controller.remove);
  router.post('/messages/:id/reactions', authenticate, validate(rules.react), controller.react);
  router.get('/messages/:id/replies', authenticate, validate(rules.listReplies), controller.replies);
  router.patch('/messages/:id/status', authenticate, validate(rules.setStatus), controller.setStatus);
  router.get('/:id/messages', authenticate, validate(rules.listMessages), controller.list);
  router.post('/:id/messages', authenticate, validate(rules.sendToChat), controller.send);
  router.post('/:id/messages/delivered', authenticate, validate(rules.markChat), controller.markDelivered);
  router.post('/:id/messages/read', authenticate, validate(rules.markChat), controller.markRead);
  return router;
}
