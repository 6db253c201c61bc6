import { Router } from 'express';
import { validate } from '../../helpers/validation';
import type { DialectGround, HttpGates, Mount } from '../dialect.port';
import { createRoomsAuthController, optionally } from './auth.controller';
import { cookieAsBearer, ownPagesOnly } from './cookies';
import { createRoomsMsgController } from './msg.controller';
import * as rules from './rooms.validation';

/** `/auth` and `/msg`, as seed 004 has them. */
export function createRoomsRouters(ground: DialectGround, gates: HttpGates): Mount[] {
  return [
    { path: '/auth', router: authRouter(ground, gates), takesCookies: true },
    { path: '/msg', router: msgRouter(ground, gates), takesCookies: true },
  ];
}

function authRouter(ground: DialectGround, { authenticate, authRateLimit }: HttpGates): Router {
  const auth = createRoomsAuthController(ground);
  const router = Router();
  router.use(ownPagesOnly(ground.cookies));
  router.post('/register', authRateLimit, validate(rules.registerRules), auth.register);
  router.post('/verify-otp', authRateLimit, validate(rules.verifyOtpRules), auth.verifyOtp);
  router.post('/login', authRateLimit, validate(rules.loginRules), auth.login);
  router.post('/refresh', authRateLimit, auth.refresh);
  router.post('/logout', cookieAsBearer, optionally(authenticate), auth.logout);
  return router;
}

function msgRouter(ground: DialectGround, { authenticate }: HttpGates): Router {
  const msg = createRoomsMsgController(ground);
  const router = Router();
  router.use(ownPagesOnly(ground.cookies), cookieAsBearer, authenticate);
  router.get('/room', msg.listRooms);
  router.post('/room', validate(rules.newRoomRules), msg.openRoom);
  router.get('/room/:roomId/messages', validate(rules.historyRules), msg.listMessages);
  return router;
}
