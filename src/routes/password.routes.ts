import { type RequestHandler, Router } from 'express';
import type { PasswordController } from '../controllers/password.controller';
import type { UserController } from '../controllers/user.controller';
import { validate } from '../helpers/validation';
import { changePasswordRules, loginRules, registerRules } from '../validation/auth.validation';
import { updateProfileRules } from '../validation/user.validation';

/** What seed 001 adds to `/api/auth`: sign-in by password, and the profile under its other names. */
export function createPasswordRouter({
  passwordController,
  userController,
  authenticate,
  authRateLimit,
}: {
  passwordController: PasswordController;
  userController: Pick<UserController, 'getProfile' | 'updateProfile' | 'deleteProfile'>;
  authenticate: RequestHandler;
  authRateLimit: RequestHandler;
}): Router {
  const router = Router();
  router.post('/register', authRateLimit, validate(registerRules), passwordController.register);
  router.post('/login', authRateLimit, validate(loginRules), passwordController.login);
  router.post(
    '/change-password',
    authRateLimit,
    authenticate,
    validate(changePasswordRules),
    passwordController.changePassword,
  );
  router.get('/profile', authenticate, userController.getProfile);
  router.put('/update-profile', authenticate, validate(updateProfileRules), userController.updateProfile);
  router.delete('/delete-profile', authenticate, userController.deleteProfile);
  return router;
}
