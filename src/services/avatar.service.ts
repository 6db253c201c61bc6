import { unauthenticated } from '../errors/app-error';
import type { EventBus } from '../events/event-bus';
import { avatarMediaId, avatarOfMedia } from '../helpers/avatar-media';
import { UserModel, type UserRecord } from '../models/user.model';
import type { Upload } from '../types/upload';
import type { MediaService } from './media.service';
import type { MediaLibrary } from './media-library.types';

export interface AvatarService {
  /**
   * Makes an uploaded picture one's own profile picture; the one before goes.
   * @throws unsupported_media_type, payload_too_large, validation_failed, unavailable, unauthenticated (the account is gone)
   */
  setAvatar(userId: string, upload: Upload): Promise<UserRecord>;
}

export function createAvatarService(deps: {
  media: MediaService;
  library: MediaLibrary;
  bus: EventBus;
}): AvatarService {
  const { media, library, bus } = deps;
  return {
    async setAvatar(userId, upload) {
      const picture = await media.uploadAvatar(userId, upload);
      const avatarUrl = avatarOfMedia(String(picture._id));
      const before = await UserModel.findOneAndUpdate(
        { _id: userId, deletedAt: null },
        { $set: { avatarUrl } },
        { returnDocument: 'before' },
      ).lean();
      if (!before) throw unauthenticated('This account does not exist any more');
      const old = avatarMediaId(before.avatarUrl);
      if (old !== undefined) await library.reconsider([old]);
      bus.emit('user.updated', { userId });
      return { ...before, avatarUrl };
    },
  };
}
