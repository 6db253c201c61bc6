import type { RequestHandler } from 'express';
import { validated } from '../helpers/validation';
import { actorOf } from '../middlewares/authenticate';
import { presentContact } from '../presenters/contact.presenter';
import type { ContactService } from '../services/contact.service';
import type { MediaSigner } from '../services/media-library.types';

interface Page {
  limit: number;
  cursor?: string;
}

export type ContactController = ReturnType<typeof createContactController>;

/** The handlers of contacts and blocks. */
export function createContactController({
  contactService,
  signer,
}: {
  contactService: ContactService;
  signer: MediaSigner;
}) {
  return {
    async add(req, res) {
      const { userId, phoneNumber } = validated<{ userId?: string; phoneNumber?: string }>(req);
      const target = userId === undefined ? { phoneNumber: phoneNumber ?? '' } : { userId };
      const entry = await contactService.addContact(actorOf(req).userId, target);
      res.status(entry.isNew ? 201 : 200).json({ contact: presentContact(entry, signer) });
    },

    async remove(req, res) {
      const { contactId } = validated<{ contactId: string }>(req);
      await contactService.removeContact(actorOf(req).userId, contactId);
      res.json({ ok: true });
    },

    async list(req, res) {
      const page = await contactService.listContacts(actorOf(req).userId, validated<Page>(req));
      res.json({
        contacts: page.contacts.map((entry) => presentContact(entry, signer)),
        nextCursor: page.nextCursor,
      });
    },

    async listBlocked(req, res) {
      const page = await contactService.listBlocked(actorOf(req).userId, validated<Page>(req));
      res.json({
        contacts: page.contacts.map((entry) => presentContact(entry, signer)),
        nextCursor: page.nextCursor,
      });
    },

    async block(req, res) {
      const { userId } = validated<{ userId: string }>(req);
      res.json({ contact: presentContact(await contactService.block(actorOf(req).userId, userId), signer) });
    },

    async unblock(req, res) {
      const { contactId } = validated<{ contactId: string }>(req);
      await contactService.unblock(actorOf(req).userId, contactId);
      res.json({ ok: true });
    },
  } satisfies Record<string, RequestHandler>;
}
