import type { Response } from 'express';
import type { UserRecord } from '../models/user.model';
import type { Login } from '../services/auth.service';

/** Answers with a login. What holds tokens must not be kept by anything in between (RFC 6749 section 5.1). */
export function sendLogin(
  res: Response,
  { user, ...login }: Login,
  presentSelf: (user: UserRecord) => unknown,
): void {
  res.set('Cache-Control', 'no-store').json({ ...login, tokenType: 'Bearer', user: presentSelf(user) });
}
