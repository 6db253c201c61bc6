import { type RequestHandler, Router } from 'express';
import type { ContactController } from '../controllers/contact.controller';
import type { UserController } from '../controllers/user.controller';
import { validate } from '../helpers/validation';
import { addContactRules } from '../validation/contact.validation';
import {
  deviceIdRules,
  searchUsersRules,
  updateProfileRules,
  userIdRules,
} from '../validation/user.validation';

/** `/api/users` (contract sections 4 to 7). */
export function createUserRouter({
  userController,
  contactController,
  authenticate,
  upload,
}: {
  userController: UserController;
  contactController: ContactController;
  authenticate: RequestHandler;
  /** Receives the file of the named field. */
  upload: (field: string) => RequestHandler[];
}): Router {
  const router = Router();
  router.use(authenticate);
  router.get('/profile', userController.getProfile);
  router.put('/profile', validate(updateProfileRules), userController.updateProfile);
  router.post('/upload-avatar', upload('avatar'), userController.uploadAvatar);
  router.delete('/profile', userController.deleteProfile);
  router.get('/search', validate(searchUsersRules), userController.search);
  router.post('/add-contact', validate(addContactRules), contactController.add);
  router.get('/devices', userController.listDevices);
  router.delete('/devices/:deviceId', validate(deviceIdRules), userController.removeDevice);
  router.get('/:userId', validate(userIdRules), userController.getUser);
  return router;
}
