import { Router } from 'express';
import type { AuthController } from '../controllers/auth.controller';

/** `/.well-known/jwks.json` (contract section 3). */
export function createJwksRouter({
  authController,
}: {
  authController: Pick<AuthController, 'jwks'>;
}): Router {
  const router = Router();
  router.get('/.well-known/jwks.json', authController.jwks);
  return router;
}
