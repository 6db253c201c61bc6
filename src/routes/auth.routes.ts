import { type RequestHandler, Router } from 'express';
import type { AuthController } from '../controllers/auth.controller';
import { validate } from '../helpers/validation';
import {
  completeProfileRules,
  logoutRules,
  refreshTokenRules,
  sendOtpRules,
  verifyOtpRules,
} from '../validation/auth.validation';

/** `/api/auth` (contract section 3, seed 002 Authentication); what a stranger can call is limited more strictly. */
export function createAuthRouter({
  authController,
  authenticate,
  authRateLimit,
}: {
  authController: AuthController;
  authenticate: RequestHandler;
  authRateLimit: RequestHandler;
}): Router {
  const router = Router();
  router.post('/send-otp', authRateLimit, validate(sendOtpRules), authController.sendOtp);
  router.post('/verify-otp', authRateLimit, validate(verifyOtpRules), authController.verifyOtp);
  router.post('/refresh-token', authRateLimit, validate(refreshTokenRules), authController.refreshToken);
  router.post(
    '/complete-profile',
    authenticate,
    validate(completeProfileRules),
    authController.completeProfile,
  );
  router.post('/logout', authenticate, validate(logoutRules), authController.logout);
  router.get('/countries', authController.countries);
  return router;
}
