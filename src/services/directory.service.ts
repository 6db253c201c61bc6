import { ChatModel } from '../models/chat.model';
import { MembershipModel } from '../models/membership.model';
import { trusted } from '../models/trusted';
import { UserModel, type UserRecord } from '../models/user.model';
import { mayBeFound, type RelationFacts } from '../policies/contact.policy';
import { relationsOf } from './relation.service';

/** What is shown of people, and by which rules. */
const SHOWN = { name: 1, email: 1, emailVerified: 1, socketIds: 1, isAway: 1 } as const;
type ShownPerson = Pick<UserRecord, '_id' | keyof typeof SHOWN>;

/** Somebody as the viewer may find them. */
export interface ListedPerson {
  user: ShownPerson;
  relation: RelationFacts;
  /** The two have a private chat. */
  isPartner: boolean;
}

export interface DirectoryService {
  /**
   * The people who let themselves be found, at most so many: first those one has a private chat with, the latest activity first, then those
   * who came last. Where a block stands between two, neither sees the other.
   */
  list(viewerId: string, limit: number): Promise<ListedPerson[]>;
}

const FINDABLE = { 'privacy.discoverable': true, deletedAt: null } as const;

/** The list of people there are, without asking for anybody in particular. */
export function createDirectoryService(): DirectoryService {
  return {
    async list(viewerId, limit) {
      const partnerIds = await findPartners(viewerId, limit);
      const partners = await findInOrder(partnerIds);
      const others = await findNewest([viewerId, ...partnerIds], limit - partners.length);
      const people = [...partners, ...others];
      const relations = await relationsOf(
        viewerId,
        people.map(({ _id }) => String(_id)),
      );
      const isPartner = new Set<ShownPerson>(partners);
      return people.flatMap((user) => {
        const relation = relations.get(String(user._id));
        return relation && mayBeFound(relation) ? [{ user, relation, isPartner: isPartner.has(user) }] : [];
      });
    },
  };
}

/** Whom one has a private chat with, the latest activity first. */
async function findPartners(userId: string, limit: number): Promise<string[]> {
  const places = await MembershipModel.find({ userId, leftAt: null }, { chatId: 1 }).lean();
  const chatIds = places.map(({ chatId }) => chatId);
  const chats = await ChatModel.find({ _id: trusted({ $in: chatIds }), type: 'private' }, { pairKey: 1 })
    .sort({ lastActivityAt: -1, _id: -1 })
    .limit(limit)
    .lean();
  return chats.flatMap(({ pairKey }) => pairKey?.split(':').filter((id) => id !== userId) ?? []);
}

async function findInOrder(ids: readonly string[]): Promise<ShownPerson[]> {
  const found = await UserModel.find({ _id: trusted({ $in: [...ids] }), ...FINDABLE }, SHOWN).lean();
  const byId = new Map(found.map((user) => [String(user._id), user]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

async function findNewest(exceptIds: readonly string[], limit: number): Promise<ShownPerson[]> {
  if (limit <= 0) return [];
  return UserModel.find({ ...FINDABLE, _id: trusted({ $nin: [...exceptIds] }) }, SHOWN)
    .sort({ _id: -1 })
    .limit(limit)
    .lean();
}
