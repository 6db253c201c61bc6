import { type RequestHandler, Router } from 'express';
import { validate } from '../../helpers/validation';
import {
  logoutRules,
  refreshTokenRules,
  sendOtpRules,
  verifyOtpRules,
} from '../../validation/auth.validation';
import { searchUsersRules } from '../../validation/user.validation';
import type { DialectGround, HttpGates } from '../dialect.port';
import { createV1AuthController } from './auth.controller';
import { createV1ChatController } from './chat.controller';
import { createPresentConversations } from './conversation.presenter';
import { createV1MediaController } from './media.controller';
import { createV1UserController } from './user.controller';
import * as rules from './v1.validation';

/** `/api/v1`, as the tables of seed 000 have it. */
export function createV1Router(ground: DialectGround, gates: HttpGates): Router {
  const router = Router();
  router.use('/auth', authRouter(ground, gates));
  const { authenticate } = gates;
  const presentConversations = createPresentConversations({ ...ground.services, signer: ground.signer });
  const chats = createV1ChatController(ground, presentConversations);
  router.use('/chat', chatRouter(chats, authenticate));
  router.use('/groups', groupRouter(chats, authenticate));
  router.use('/users', userRouter(ground, authenticate));
  router.use('/media', mediaRouter(ground, gates));
  return router;
}

function authRouter(ground: DialectGround, { authenticate, authRateLimit }: HttpGates): Router {
  const auth = createV1AuthController(ground);
  const router = Router();
  router.post('/request-otp', authRateLimit, validate(sendOtpRules), auth.requestOtp);
  router.post('/verify-otp', authRateLimit, validate(verifyOtpRules), auth.verifyOtp);
  router.post('/refresh-token', authRateLimit, validate(refreshTokenRules), auth.refreshToken);
  router.post('/logout', authenticate, validate(logoutRules), auth.logout);
  return router;
}

type ChatController = ReturnType<typeof createV1ChatController>;

function chatRouter(chats: ChatController, authenticate: RequestHandler): Router {
  const router = Router();
  router.use(authenticate);
  router.get('/conversations', validate(rules.listConversationsRules), chats.list);
  router.post('/conversations/direct', validate(rules.directRules), chats.openDirect);
  router.get('/conversations/:id/messages', validate(rules.listMessagesRules), chats.listMessages);
  router.post('/conversations/:id/read', validate(rules.conversationRules), chats.markRead);
  return router;
}

function groupRouter(chats: ChatController, authenticate: RequestHandler): Router {
  const router = Router();
  router.use(authenticate);
  router.post('/', validate(rules.newGroupRules), chats.createGroup);
  router.put('/:id', validate(rules.changeGroupRules), chats.updateGroup);
  router.post('/:id/members', validate(rules.newMembersRules), chats.addMembers);
  router.delete('/:id/members/:uid', validate(rules.oneMemberRules), chats.removeMember);
  return router;
}

function userRouter(ground: DialectGround, authenticate: RequestHandler): Router {
  const users = createV1UserController(ground);
  const router = Router();
  router.use(authenticate);
  router.get('/me', users.getMe);
  router.put('/me', validate(rules.updateMeRules), users.updateMe);
  router.get('/search', validate(searchUsersRules), users.search);
  router.post('/contacts/sync', validate(rules.syncContactsRules), users.syncContacts);
  return router;
}

function mediaRouter(ground: DialectGround, { authenticate, upload }: HttpGates): Router {
  const media = createV1MediaController(ground);
  const router = Router();
  router.use(authenticate);
  router.post('/upload', upload('file'), media.upload);
  router.get('/files/:name', validate(rules.fileRules), media.file);
  router.get('/thumbnails/:name', validate(rules.fileRules), media.thumbnail);
  return router;
}
