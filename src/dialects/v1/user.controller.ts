import type { RequestHandler } from 'express';
import { validated } from '../../helpers/validation';
import { actorOf } from '../../middlewares/authenticate';
import { presentSelf, presentUser } from '../../presenters/user.presenter';
import type { SeenPerson } from '../../services/people.service';
import type { DialectGround } from '../dialect.port';
import { presentV1User } from './user.presenter';

/** `/api/v1/users`: oneself, search and the address book. */
export function createV1UserController({ signer, services }: DialectGround) {
  const { userService, userSearchService, contactSync } = services;
  const presentOther = ({ user, relation }: SeenPerson) => presentV1User(presentUser(user, relation, signer));

  return {
    async getMe(req, res) {
      const user = await userService.getSelf(actorOf(req).userId);
      res.json({ user: presentV1User(presentSelf(user, signer)) });
    },

    async updateMe(req, res) {
      const { about, ...patch } = validated<{ name?: string; about?: string; avatarUrl?: string | null }>(
        req,
      );
      const bio = about === undefined ? {} : { bio: about };
      const user = await userService.updateProfile(actorOf(req).userId, { ...patch, ...bio });
      res.json({ user: presentV1User(presentSelf(user, signer)) });
    },

    async search(req, res) {
      const { q, ...page } = validated<{ q: string; limit: number; cursor?: string }>(req);
      const { users, nextCursor } = await userSearchService.search(actorOf(req).userId, q, page);
      res.json({ users: users.map(presentOther), nextCursor });
    },

    async syncContacts(req, res) {
      const { phoneNumbers } = validated<{ phoneNumbers: string[] }>(req);
      const found = await contactSync.sync(actorOf(req).userId, phoneNumbers);
      res.json({
        contacts: found.map(({ phoneNumber, ...person }) => ({ phoneNumber, user: presentOther(person) })),
      });
    },
  } satisfies Record<string, RequestHandler>;
}
