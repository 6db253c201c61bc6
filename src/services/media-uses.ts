import { avatarMediaId, avatarOfMedia } from '../helpers/avatar-media';
import { ChatModel } from '../models/chat.model';
import { MembershipModel } from '../models/membership.model';
import { MessageModel, type MessageRecord } from '../models/message.model';
import { toObjectId } from '../models/object-id';
import { trusted } from '../models/trusted';
import { UserModel } from '../models/user.model';
import { canSee } from '../policies/contact.policy';
import type { Clock } from '../types/clock';
import type { MediaUse } from './media-library.types';
import { relationsOf } from './relation.service';

/** A file forwarded more often than this is looked for in the newest of these messages only. */
const MAX_MESSAGES = 1000;

/**
 * Messages show their file to those who see the message: members, who were there, while it lives. Beside a `url` a `mediaId` is whatever its
 * sender wrote, and proves nothing.
 */
export function createMessageMediaUse({ clock }: { clock: Clock }): MediaUse {
  return {
    async inUse(mediaIds) {
      const found = await MessageModel.collection.distinct('content.mediaId', {
        'content.mediaId': { $in: [...mediaIds] },
        'content.url': null,
      });
      return new Set(found.map(String));
    },

    async canSee(userId, mediaId) {
      const messages = await MessageModel.collection
        .find<Pick<MessageRecord, 'chatId' | 'seq' | 'deletedFor' | 'expiresAt'>>(
          { 'content.mediaId': mediaId, 'content.url': null },
          { projection: { chatId: 1, seq: 1, deletedFor: 1, expiresAt: 1 } },
        )
        .sort({ _id: -1 })
        .limit(MAX_MESSAGES)
        .toArray();
      const now = clock.now();
      const living = messages.filter(
        ({ deletedFor = [], expiresAt }) =>
          !deletedFor.some((id) => String(id) === userId) && (!expiresAt || expiresAt > now),
      );
      if (living.length === 0) return false;
      const chatIds = [...new Set(living.map(({ chatId }) => String(chatId)))].map(toObjectId);
      const memberships = await MembershipModel.find(
        { userId, leftAt: null, chatId: trusted({ $in: chatIds }) },
        { chatId: 1, joinedSeq: 1 },
      ).lean();
      const joinedSeqs = new Map(memberships.map((row) => [String(row.chatId), row.joinedSeq]));
      return living.some(
        ({ chatId, seq }) => seq > (joinedSeqs.get(String(chatId)) ?? Number.POSITIVE_INFINITY),
      );
    },
  };
}

/** A profile shows its picture to those whom its owner's privacy lets see it. */
export const avatarMediaUse: MediaUse = {
  async inUse(mediaIds) {
    const users = await UserModel.find(
      { avatarUrl: trusted({ $in: mediaIds.map(avatarOfMedia) }) },
      { avatarUrl: 1 },
    ).lean();
    return new Set(users.flatMap(({ avatarUrl }) => avatarMediaId(avatarUrl) ?? []));
  },

  async canSee(userId, mediaId) {
    const owner = await UserModel.findOne({ avatarUrl: avatarOfMedia(mediaId) }, { _id: 1 }).lean();
    if (!owner) return false;
    const ownerId = String(owner._id);
    const facts = (await relationsOf(userId, [ownerId])).get(ownerId);
    return facts !== undefined && canSee('photo', facts);
  },
};

/** A group shows its picture to its members. */
export const groupPictureMediaUse: MediaUse = {
  async inUse(mediaIds) {
    const groups = await ChatModel.find(
      { avatarUrl: trusted({ $in: mediaIds.map(avatarOfMedia) }) },
      { avatarUrl: 1 },
    ).lean();
    return new Set(groups.flatMap(({ avatarUrl }) => avatarMediaId(avatarUrl) ?? []));
  },

  async canSee(userId, mediaId) {
    const groups = await ChatModel.find({ avatarUrl: avatarOfMedia(mediaId) }, { _id: 1 }).lean();
    const chatId = trusted({ $in: groups.map(({ _id }) => _id) });
    return (await MembershipModel.exists({ userId, leftAt: null, chatId })) !== null;
  },
};
