import { type RequestHandler, Router } from 'express';
import type { EmailController } from '../controllers/email.controller';
import { validate } from '../helpers/validation';
import { sendEmailCodeRules, verifyEmailRules } from '../validation/email.validation';

/** `/api/users/email`: an address of one's own account, proved by a code (contract section 3). */
export function createEmailRouter({
  controller,
  authenticate,
}: {
  controller: EmailController;
  authenticate: RequestHandler;
}): Router {
  const router = Router();
  router.use(authenticate);
  router.post('/', validate(sendEmailCodeRules), controller.sendCode);
  router.post('/verify', validate(verifyEmailRules), controller.verify);
  return router;
}
