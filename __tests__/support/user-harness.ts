/** The routes of users and contacts as the product wires them, on a real port; a token here is simply a user's id. */
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createLogger } from '../../src/config/logger';
import { createContactController } from '../../src/controllers/contact.controller';
import { createUserController } from '../../src/controllers/user.controller';
import { createAuthenticate } from '../../src/middlewares/authenticate';
import { createErrorHandler } from '../../src/middlewares/error-handler';
import { requestContext } from '../../src/middlewares/request-context';
import { createContactRouter } from '../../src/routes/contact.routes';
import { createUserRouter } from '../../src/routes/user.routes';
import { createAccountService } from '../../src/services/account.service';
import { createContactService } from '../../src/services/contact.service';
import { createDeviceService } from '../../src/services/device.service';
import { createUserService } from '../../src/services/user.service';
import { createUserChangeService } from '../../src/services/user-change.service';
import { createUserSearchService } from '../../src/services/user-search.service';
import { systemClock } from '../../src/types/clock';
import { recordingBus } from './user-fixtures';

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

export type Api = (method: string, path: string, body?: unknown) => Promise<Answer>;

export interface UserHarness {
  deviceService: ReturnType<typeof createDeviceService>;
  /** Calls as this user. */
  as(userId: string): Api;
  stop(): Promise<void>;
}

export async function startUserHarness(): Promise<UserHarness> {
  const { bus } = recordingBus();
  const userChanges = createUserChangeService();
  const deviceService = createDeviceService({ bus, clock: systemClock, revokeDevice: async () => undefined });
  const userController = createUserController({
    userService: createUserService({ bus }),
    userSearchService: createUserSearchService(),
    deviceService,
    accountService: createAccountService({
      bus,
      clock: systemClock,
      userChanges,
      revokeAll: async () => undefined,
      leaveAllChats: async () => undefined,
      onError: (error) => {
        throw error;
      },
    }),
    isDeviceOnline: (_userId, deviceId) => deviceId === 'online',
  });
  const contactController = createContactController({
    contactService: createContactService({ bus, userChanges }),
  });
  const authenticate = createAuthenticate(async (token) => ({
    actor: { userId: token, sessionId: token, deviceId: 'd', dialect: 'native' },
    expiresAtMs: Number.MAX_SAFE_INTEGER,
  }));
  const app = express().use(requestContext, express.json());
  app.use('/api/users', createUserRouter({ userController, contactController, authenticate }));
  app.use('/api/contacts', createContactRouter({ contactController, authenticate }));
  app.use(createErrorHandler(createLogger({ level: 'silent', isProduction: false })));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    deviceService,
    as: (userId) => (method, path, body) => call(`http://127.0.0.1:${port}${path}`, method, userId, body),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function call(url: string, method: string, token: string, body: unknown): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      connection: 'close',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
