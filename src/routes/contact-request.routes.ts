import { type RequestHandler, Router } from 'express';
import type { ContactRequestController } from '../controllers/contact-request.controller';
import { validate } from '../middlewares/validate';
import {
  contactIdRules,
  listPendingRules,
  requestContactRules,
  searchContactsRules,
} from '../validation/contact.validation';

/** The part of `/api/contacts` that is about asking and answering (seed 001, contract section 6). */
export function createContactRequestRouter({
  controller,
  authenticate,
}: {
  controller: ContactRequestController;
  authenticate: RequestHandler;
}): Router {
  const router = Router();
  router.use(authenticate);
  router.get('/pending', validate(listPendingRules), controller.listPending);
  router.get('/search', validate(searchContactsRules), controller.search);
  router.post('/request', validate(requestContactRules), controller.request);
  router.patch('/request/:contactId/accept', validate(contactIdRules), controller.accept);
  router.delete('/request/:contactId/reject', validate(contactIdRules), controller.reject);
  return router;
}
