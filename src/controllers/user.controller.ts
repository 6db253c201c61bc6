import type { RequestHandler } from 'express';
import { validated } from '../helpers/validation';
import { actorOf } from '../middlewares/authenticate';
import { uploadOf } from '../middlewares/upload-of';
import { presentDevices, presentSelf, presentUser } from '../presenters/user.presenter';
import type { AccountService } from '../services/account.service';
import type { AvatarService } from '../services/avatar.service';
import type { DeviceService } from '../services/device.service';
import type { MediaSigner } from '../services/media-library.types';
import type { ProfilePatch, UserService } from '../services/user.service';
import type { UserSearchService } from '../services/user-search.service';

export interface UserControllerDeps {
  userService: UserService;
  userSearchService: UserSearchService;
  deviceService: DeviceService;
  accountService: AccountService;
  avatars: AvatarService;
  signer: MediaSigner;
}

export type UserController = ReturnType<typeof createUserController>;

/** The handlers of profiles, people search, devices and the end of an account. */
export function createUserController(deps: UserControllerDeps) {
  return {
    async getProfile(req, res) {
      const { userId } = actorOf(req);
      res.json({ user: presentSelf(await deps.userService.getSelf(userId), deps.signer) });
    },

    async updateProfile(req, res) {
      const { userId } = actorOf(req);
      const user = await deps.userService.updateProfile(userId, validated<ProfilePatch>(req));
      res.json({ user: presentSelf(user, deps.signer) });
    },

    async uploadAvatar(req, res) {
      const { userId } = actorOf(req);
      const user = await deps.avatars.setAvatar(userId, uploadOf(req));
      res.json({ user: presentSelf(user, deps.signer) });
    },

    async deleteProfile(req, res) {
      await deps.accountService.deleteAccount(actorOf(req).userId);
      res.json({ ok: true });
    },

    async getUser(req, res) {
      const { userId } = validated<{ userId: string }>(req);
      const { user, relation } = await deps.userService.getUser(actorOf(req).userId, userId);
      res.json({ user: presentUser(user, relation, deps.signer) });
    },

    async search(req, res) {
      const { q, ...page } = validated<{ q: string; limit: number; cursor?: string }>(req);
      const { users, nextCursor } = await deps.userSearchService.search(actorOf(req).userId, q, page);
      res.json({
        users: users.map(({ user, relation }) => presentUser(user, relation, deps.signer)),
        nextCursor,
      });
    },

    async listDevices(req, res) {
      const { userId } = actorOf(req);
      const devices = await deps.deviceService.listDevices(userId);
      res.json({ devices: presentDevices(devices) });
    },

    async removeDevice(req, res) {
      const { deviceId } = validated<{ deviceId: string }>(req);
      await deps.deviceService.removeDevice(actorOf(req).userId, deviceId);
      res.json({ ok: true });
    },
  } satisfies Record<string, RequestHandler>;
}
