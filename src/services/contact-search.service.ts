import { ContactModel, type ContactRecord } from '../models/contact.model';
import { trusted } from '../models/trusted';
import type { FoundUser, UserSearchService } from './user-search.service';

export interface FoundPerson extends FoundUser {
  /** What the viewer holds about the person, if anything. */
  side: ContactRecord | undefined;
}

export interface ContactSearchService {
  /**
   * Finds people as `UserSearchService` does, with how each stands to the viewer (contract section 6); whom the viewer blocked is
   * shown as such, who blocked the viewer is not shown. @throws validation_failed when `q` is too short to mean something.
   */
  search(
    viewerId: string,
    q: string,
    page: { limit: number; cursor?: string },
  ): Promise<{ people: FoundPerson[]; nextCursor: string | null }>;
}

export function createContactSearchService(deps: {
  userSearch: Pick<UserSearchService, 'searchForContacts'>;
}): ContactSearchService {
  return {
    async search(viewerId, q, page) {
      const { users, nextCursor } = await deps.userSearch.searchForContacts(viewerId, q, page);
      const ids = users.map(({ user }) => user._id);
      const sides = await ContactModel.find({ ownerId: viewerId, userId: trusted({ $in: ids }) }).lean();
      const sideOf = new Map(sides.map((side) => [String(side.userId), side]));
      const people = users.map((found) => ({ ...found, side: sideOf.get(String(found.user._id)) }));
      return { people, nextCursor };
    },
  };
}
