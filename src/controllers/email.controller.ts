import type { RequestHandler } from 'express';
import { validated } from '../helpers/validation';
import { actorOf } from '../middlewares/authenticate';
import { presentSelf } from '../presenters/user.presenter';
import type { EmailService } from '../services/email.service';
import type { MediaSigner } from '../services/media-library.types';

export interface EmailControllerDeps {
  emailService: EmailService;
  signer: MediaSigner;
}

export type EmailController = ReturnType<typeof createEmailController>;

/** The handlers that give an account its email. */
export function createEmailController({ emailService, signer }: EmailControllerDeps) {
  return {
    async sendCode(req, res) {
      res.json(await emailService.sendCode({ ...validated<{ email: string }>(req), ip: req.ip ?? '' }));
    },

    async verify(req, res) {
      const { userId } = actorOf(req);
      const user = await emailService.verify(userId, validated<{ email: string; otp: string }>(req));
      res.json({ user: presentSelf(user, signer) });
    },
  } satisfies Record<string, RequestHandler>;
}
