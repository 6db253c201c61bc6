import type { RequestHandler } from 'express';
import { validated } from '../helpers/validation';
import { actorOf } from '../middlewares/authenticate';
import type { UserRecord } from '../models/user.model';
import type { AuthService } from '../services/auth.service';
import { listCountries } from '../services/country.service';
import type { TokenService } from '../services/token.service';
import type { ProfilePatch, UserService } from '../services/user.service';
import { NATIVE_DIALECT } from '../types/dialect';
import { sendLogin } from './send-login';

export interface AuthController {
  sendOtp: RequestHandler;
  verifyOtp: RequestHandler;
  completeProfile: RequestHandler;
  refreshToken: RequestHandler;
  logout: RequestHandler;
  countries: RequestHandler;
  jwks: RequestHandler;
}

export interface AuthControllerDependencies {
  authService: AuthService;
  tokenService: Pick<TokenService, 'jwks'>;
  userService: Pick<UserService, 'updateProfile'>;
  presentSelf: (user: UserRecord) => unknown;
}

const JWKS_MAX_AGE_SECONDS = 300;

type PhoneBody = { phoneNumber: string; countryCode?: string };
type VerifyBody = PhoneBody & { otp: string; deviceId?: string; platform?: string };

/** The edge of sign-in (contract section 3). */
export function createAuthController(deps: AuthControllerDependencies): AuthController {
  const { authService, tokenService, userService, presentSelf } = deps;

  return {
    async sendOtp(req, res) {
      res.json(await authService.sendOtp({ ...validated<PhoneBody>(req), ip: req.ip ?? '' }));
    },

    async verifyOtp(req, res) {
      const input = validated<VerifyBody>(req);
      sendLogin(res, await authService.verifyOtp({ ...input, dialect: NATIVE_DIALECT }), presentSelf);
    },

    async completeProfile(req, res) {
      const user = await userService.updateProfile(actorOf(req).userId, validated<ProfilePatch>(req));
      res.json({ user: presentSelf(user) });
    },

    async refreshToken(req, res) {
      const input = validated<{ refreshToken: string; deviceId?: string }>(req);
      sendLogin(res, await authService.refresh(input), presentSelf);
    },

    async logout(req, res) {
      await authService.logout(actorOf(req), validated<{ allDevices?: boolean }>(req));
      res.json({ ok: true });
    },

    countries(_req, res) {
      res.json({ countries: listCountries() });
    },

    jwks(_req, res) {
      res.set('Cache-Control', `public, max-age=${JWKS_MAX_AGE_SECONDS}`).json(tokenService.jwks());
    },
  };
}
