import type { RequestHandler, Response } from 'express';
import { unauthenticated } from '../../errors/app-error';
import { toAppError } from '../../errors/to-app-error';
import { validated } from '../../helpers/validation';
import { presentSelf } from '../../presenters/user.presenter';
import type { Login } from '../../services/auth.service';
import type { DialectGround } from '../dialect.port';
import { createRoomsCookies, refreshTokenOf, visitorOf } from './cookies';

/** A browser tells no more of the device it is on. */
const DEVICE = { platform: 'web', dialect: 'rooms' } as const;

/** `/auth`: sessions that live in cookies. */
export function createRoomsAuthController({ signer, services, cookies: rules }: DialectGround) {
  const { authService, passwordService, signUps } = services;
  const cookies = createRoomsCookies(rules);

  function answer(res: Response, login: Login): void {
    cookies.signIn(res, login);
    res.json({ user: presentSelf(login.user, signer) });
  }

  return {
    async register(req, res) {
      const input = validated<{ email: string; password: string }>(req);
      const { visitor } = await signUps.register({ ...input, ip: req.ip ?? '', visitor: visitorOf(req) });
      cookies.rememberVisitor(res, visitor);
      res.status(201).json({ message: 'A code was sent to this address; verify it to sign in' });
    },

    async verifyOtp(req, res) {
      const input = validated<{ email: string; otp: string }>(req);
      // A browser names its page's origin with every POST, and it would have brought the cookie.
      const mayGuess = req.get('origin') === undefined;
      const account = await signUps.verify({ ...input, visitor: visitorOf(req), mayGuess });
      cookies.forgetVisitor(res);
      answer(res, await authService.startSession(account, DEVICE));
    },

    async login(req, res) {
      const input = validated<{ email: string; password: string }>(req);
      const { userId } = await passwordService.check({ ...input, ip: req.ip ?? '', isProved: true });
      answer(res, await authService.startSession({ userId, isNewUser: false }, DEVICE));
    },

    async refresh(req, res) {
      const refreshToken = refreshTokenOf(req);
      if (refreshToken === undefined) throw unauthenticated('There is no refreshToken cookie');
      try {
        answer(res, await authService.refresh({ refreshToken }));
      } catch (error) {
        // What is refused once is refused for ever; while the database is away the cookies are still good.
        if (isOver(error)) cookies.signOut(res);
        throw error;
      }
    },

    async logout(req, res) {
      cookies.signOut(res);
      const refreshToken = refreshTokenOf(req);
      if (refreshToken !== undefined) await authService.logoutByToken(refreshToken);
      if (req.actor) await authService.logout(req.actor, {});
      res.json({ ok: true });
    },
  } satisfies Record<string, RequestHandler>;
}

function isOver(error: unknown): boolean {
  return ['unauthenticated', 'token_reused'].includes(toAppError(error).code);
}

/** Lets the signed-in through as such and everybody else as nobody: who cannot be signed in any more can still be signed out. */
export function optionally(authenticate: RequestHandler): RequestHandler {
  return async (req, res, next) => {
    try {
      await authenticate(req, res, () => undefined);
    } catch (error) {
      if (!isOver(error)) throw error;
    }
    next();
  };
}
