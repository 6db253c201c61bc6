import { type RequestHandler, Router } from 'express';
import type { CallController } from '../controllers/call.controller';
import { validate } from '../helpers/validation';
import {
  callAnalyticsRules,
  callIdRules,
  endCallRules,
  feedbackRules,
  initiateCallRules,
  listCallsRules,
} from '../validation/call.validation';

/** `/api/calls` (contract section 7). */
export function createCallRouter({
  controller,
  authenticate,
}: {
  controller: CallController;
  authenticate: RequestHandler;
}): Router {
  const router = Router();
  router.use(authenticate);
  router.post('/initiate', validate(initiateCallRules), controller.initiate);
  router.get('/history', validate(listCallsRules), controller.history);
  router.get('/ice-servers', controller.listIceServers);
  router.get('/analytics', validate(callAnalyticsRules), controller.analytics);
  router.get('/:callId', validate(callIdRules), controller.get);
  router.put('/:callId/end', validate(endCallRules), controller.end);
  router.post('/:callId/feedback', validate(feedbackRules), controller.feedback);
  router.get('/:callId/quality', validate(callIdRules), controller.quality);
  return router;
}
