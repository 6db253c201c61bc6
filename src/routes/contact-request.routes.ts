import { type RequestHandler, Router } from 'express';
import type { ContactRequestController } from '../controllers/contact-request.controller';
import { validate } from '../helpers/validation';
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
  // Route by route: what is not for this router goes on to the one of contacts, which authenticates by itself.
  router.get('/pending', authenticate, validate(listPendingRules), controller.listPending);
  router.get('/search', authenticate, validate(searchContactsRules), controller.search);
  router.post('/request', authenticate, validate(requestContactRules), controller.request);
  router.patch('/request/:contactId/accept', authenticate, validate(contactIdRules), controller.accept);
  router.delete('/request/:contactId/reject', authenticate, validate(contactIdRules), controller.reject);
  return router;
}
