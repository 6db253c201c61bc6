import type { RequestHandler } from 'express';
import { validated } from '../helpers/validation';
import { actorOf } from '../middlewares/authenticate';
import type { UserRecord } from '../models/user.model';
import type { AuthService } from '../services/auth.service';
import type { PasswordService, TypedAddress } from '../services/password.service';
import { KEBAB_DIALECT } from '../types/dialect';
import { sendLogin } from './send-login';

export interface PasswordControllerDependencies {
  passwordService: PasswordService;
  authService: Pick<AuthService, 'startSession'>;
  presentSelf: (user: UserRecord) => unknown;
}

type Device = { deviceId?: string; platform?: string };

export type PasswordController = ReturnType<typeof createPasswordController>;

/** Sign-in by password (seed 001 Authentication). A session that began here speaks seed 001's words (contract section 1). */
export function createPasswordController(deps: PasswordControllerDependencies) {
  const { passwordService, authService, presentSelf } = deps;
  return {
    async register(req, res) {
      const input = validated<TypedAddress & Device & { name: string; password: string }>(req);
      const { userId } = await passwordService.register(input);
      const device = { deviceId: input.deviceId, platform: input.platform, dialect: KEBAB_DIALECT };
      sendLogin(
        res.status(201),
        await authService.startSession({ userId, isNewUser: true }, device),
        presentSelf,
      );
    },

    async login(req, res) {
      const input = validated<TypedAddress & Device & { password: string }>(req);
      const { email, phoneNumber, password } = input;
      // One address signs in; of two the email, as the seed names it first.
      const address = email === undefined ? { phoneNumber } : { email };
      const { userId } = await passwordService.check({ ...address, password, ip: req.ip ?? '' });
      const device = { deviceId: input.deviceId, platform: input.platform, dialect: KEBAB_DIALECT };
      sendLogin(res, await authService.startSession({ userId, isNewUser: false }, device), presentSelf);
    },

    async changePassword(req, res) {
      const input = validated<{ currentPassword: string; newPassword: string }>(req);
      await passwordService.change(actorOf(req), { ...input, ip: req.ip ?? '' });
      res.json({ ok: true });
    },
  } satisfies Record<string, RequestHandler>;
}
