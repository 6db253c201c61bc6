import { trusted } from '../models/trusted';
import { UserModel, type UserRecord } from '../models/user.model';
import { type Relation, STRANGERS } from '../policies/contact.policy';
import { findTarget } from './contact-target';
import { relationsOf } from './relation.service';

/** A person with how the viewer stands to them: what presenting somebody needs. */
export interface SeenPerson {
  user: UserRecord;
  relation: Relation;
}

export interface PeopleService {
  /** The people of these ids as the viewer may see them, deleted accounts among them; unknown ids are left out. */
  seenBy(viewerId: string, userIds: readonly string[]): Promise<Map<string, SeenPerson>>;
  /**
   * The id of who proved this number and lets themselves be found by it.
   * @throws not_found; validation_failed for one's own number or what is none.
   */
  findByPhone(viewerId: string, phoneNumber: string): Promise<string>;
}

/** The large fields of a user that nobody else sees anything of. */
const UNUSED = '-searchGrams -devices -settings';

/** Reads people for those who see them: three queries for any number of them. */
export function createPeopleService(): PeopleService {
  return {
    async seenBy(viewerId, userIds) {
      const ids = [...new Set(userIds)];
      if (ids.length === 0) return new Map();
      const [users, relations] = await Promise.all([
        UserModel.find({ _id: trusted({ $in: ids }) })
          .select(UNUSED)
          .lean(),
        relationsOf(viewerId, ids),
      ]);
      return new Map(
        users.map((user) => {
          const id = String(user._id);
          return [id, { user, relation: relations.get(id) ?? STRANGERS }];
        }),
      );
    },

    findByPhone: async (viewerId, phoneNumber) => String((await findTarget(viewerId, { phoneNumber }))._id),
  };
}
