import { type RequestHandler, Router } from 'express';
import type { ContactController } from '../controllers/contact.controller';
import { validate } from '../helpers/validation';
import { blockRules, contactIdRules, listContactsRules } from '../validation/contact.validation';

/** `/api/contacts` (contract section 6). */
export function createContactRouter({
  contactController,
  authenticate,
}: {
  contactController: ContactController;
  authenticate: RequestHandler;
}): Router {
  const router = Router();
  router.use(authenticate);
  router.get('/', validate(listContactsRules), contactController.list);
  router.get('/blocked', validate(listContactsRules), contactController.listBlocked);
  router.post('/block', validate(blockRules), contactController.block);
  router.patch('/unblock/:contactId', validate(contactIdRules), contactController.unblock);
  router.delete('/:contactId', validate(contactIdRules), contactController.remove);
  return router;
}
