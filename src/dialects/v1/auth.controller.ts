import type { RequestHandler } from 'express';
import { sendLogin } from '../../controllers/send-login';
import { validated } from '../../helpers/validation';
import { actorOf } from '../../middlewares/authenticate';
import { presentSelf } from '../../presenters/user.presenter';
import type { DialectGround } from '../dialect.port';
import { presentV1User } from './user.presenter';

/** `/api/v1/auth`: the sessions it begins are of this dialect. */
export function createV1AuthController({ signer, services }: DialectGround) {
  const { authService } = services;
  const present = (user: Parameters<typeof presentSelf>[0]) => presentV1User(presentSelf(user, signer));

  return {
    async requestOtp(req, res) {
      const { phoneNumber, countryCode } = validated<{ phoneNumber: string; countryCode?: string }>(req);
      res.json(await authService.sendOtp({ phoneNumber, countryCode, ip: req.ip ?? '' }));
    },

    async verifyOtp(req, res) {
      const input = validated<{ phoneNumber: string; otp: string; deviceId?: string; platform?: string }>(
        req,
      );
      sendLogin(res, await authService.verifyOtp({ ...input, dialect: 'v1' }), present);
    },

    async refreshToken(req, res) {
      const input = validated<{ refreshToken: string; deviceId?: string }>(req);
      sendLogin(res, await authService.refresh(input), present);
    },

    async logout(req, res) {
      await authService.logout(actorOf(req), validated<{ allDevices?: boolean }>(req));
      res.json({ ok: true });
    },
  } satisfies Record<string, RequestHandler>;
}
