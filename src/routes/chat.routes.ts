import { type RequestHandler, Router } from 'express';
import type { ChatController } from '../controllers/chat.controller';
import { validate } from '../helpers/validation';
import {
  addMembersRules,
  createChatRules,
  createGroupRules,
  joinByInviteRules,
  listChatsRules,
  oneChatRules,
  oneMemberRules,
  openPrivateChatRules,
  setRoleRules,
  updateGroupRules,
  updateSettingsRules,
} from '../validation/chat.validation';

/**
 * `/api/chats`: chats, groups and invitations (contract section 4). Each route authenticates by itself, because the routes of
 * messages share the address.
 */
export function createChatRouter({
  chatController,
  authenticate,
}: {
  chatController: ChatController;
  authenticate: RequestHandler;
}): Router {
  const router = Router();
  router.get('/', authenticate, validate(listChatsRules), chatController.list);
  router.post('/', authenticate, validate(createChatRules), chatController.create);
  router.post('/private', authenticate, validate(openPrivateChatRules), chatController.openPrivate);
  router.post('/group', authenticate, validate(createGroupRules), chatController.createGroup);
  router.post('/join/:token', authenticate, validate(joinByInviteRules), chatController.join);
  router.get('/:id', authenticate, validate(oneChatRules), chatController.get);
  router.put('/:id', authenticate, validate(updateGroupRules), chatController.updateGroup);
  router.put('/:id/settings', authenticate, validate(updateSettingsRules), chatController.updateSettings);
  router.post('/:id/members', authenticate, validate(addMembersRules), chatController.addMembers);
  router.put('/:id/members/:userId', authenticate, validate(setRoleRules), chatController.setRole);
  router.delete('/:id/members/:userId', authenticate, validate(oneMemberRules), chatController.removeMember);
  router.post('/:id/invite', authenticate, validate(oneChatRules), chatController.createInvite);
  router.delete('/:id/invite', authenticate, validate(oneChatRules), chatController.revokeInvite);
  return router;
}
