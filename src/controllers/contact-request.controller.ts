import type { RequestHandler } from 'express';
import { validated } from '../helpers/validation';
import { actorOf } from '../middlewares/authenticate';
import { presentContact, presentFoundPerson } from '../presenters/contact.presenter';
import type { ContactService } from '../services/contact.service';
import type { ContactRequestService } from '../services/contact-request.service';
import type { ContactSearchService } from '../services/contact-search.service';
import type { MediaSigner } from '../services/media-library.types';

interface Page {
  limit: number;
  cursor?: string;
}

export type ContactRequestController = ReturnType<typeof createContactRequestController>;

/** The handlers of asking somebody to be a contact, and of looking for people to ask. */
export function createContactRequestController(deps: {
  contactService: Pick<ContactService, 'listPending'>;
  contactRequests: ContactRequestService;
  contactSearch: ContactSearchService;
  signer: MediaSigner;
}) {
  const { contactService, contactRequests, contactSearch, signer } = deps;
  return {
    async request(req, res) {
      const target = targetOf(validated<{ userId?: string; phoneNumber?: string; email?: string }>(req));
      const entry = await contactRequests.request(actorOf(req).userId, target);
      res.status(entry.isNew ? 201 : 200).json({ contact: presentContact(entry, signer) });
    },

    async accept(req, res) {
      const { contactId } = validated<{ contactId: string }>(req);
      res.json({
        contact: presentContact(await contactRequests.accept(actorOf(req).userId, contactId), signer),
      });
    },

    async reject(req, res) {
      const { contactId } = validated<{ contactId: string }>(req);
      await contactRequests.reject(actorOf(req).userId, contactId);
      res.json({ ok: true });
    },

    async listPending(req, res) {
      const { direction, ...page } = validated<Page & { direction: 'incoming' | 'outgoing' }>(req);
      const found = await contactService.listPending(actorOf(req).userId, direction, page);
      res.json({
        contacts: found.contacts.map((entry) => presentContact(entry, signer)),
        nextCursor: found.nextCursor,
      });
    },

    async search(req, res) {
      const { q, ...page } = validated<Page & { q: string }>(req);
      const { people, nextCursor } = await contactSearch.search(actorOf(req).userId, q, page);
      res.json({ users: people.map((found) => presentFoundPerson(found, signer)), nextCursor });
    },
  } satisfies Record<string, RequestHandler>;
}

/** The first that is named of id, phone and email. */
function targetOf({ userId, phoneNumber, email }: { userId?: string; phoneNumber?: string; email?: string }) {
  if (userId !== undefined) return { userId };
  return phoneNumber === undefined ? { email: email ?? '' } : { phoneNumber };
}
