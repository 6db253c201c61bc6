import express, { type Express, type RequestHandler, Router } from 'express';
import type { Redis } from 'ioredis';
import { createStatisticsRoutes } from './app-activity';
import { createCallsRouter } from './app-calls';
import { createAnswerWords, createDialectMounts } from './app-dialects';
import { createMediaRoutes } from './app-media';
import { createHttpMeasuring, createMetricsRoutes } from './app-metrics';
import { createPeopleRouter } from './app-people';
import type { Foundation, Services } from './app-services';
import { createStoriesRouter } from './app-stories';
import type { Config } from './config/env';
import { MAX_JSON_BYTES } from './config/limits';
import { createAuthController } from './controllers/auth.controller';
import { createChatController } from './controllers/chat.controller';
import { createContactController } from './controllers/contact.controller';
import { createEmailController } from './controllers/email.controller';
import { createMessageController } from './controllers/message.controller';
import { createMessageSearchController } from './controllers/message-search.controller';
import { createPasswordController } from './controllers/password.controller';
import { createSyncController } from './controllers/sync.controller';
import { createUserController } from './controllers/user.controller';
import { accessLog } from './middlewares/access-log';
import { createAuthenticate } from './middlewares/authenticate';
import { createErrorHandler } from './middlewares/error-handler';
import { routeNotFound } from './middlewares/not-found';
import { answerOnceKnown } from './middlewares/once-known';
import { createRateLimit } from './middlewares/rate-limit';
import { requestContext } from './middlewares/request-context';
import { corsRule, noStore, originRule, securityHeaders } from './middlewares/security';
import { pingMongo } from './models/connect';
import { assertDatabase } from './models/reach';
import { presentSelf } from './presenters/user.presenter';
import { createRateLimiter } from './providers/rate-limiter';
import { createAuthRouter } from './routes/auth.routes';
import { createChatRouter } from './routes/chat.routes';
import { createContactRouter } from './routes/contact.routes';
import { createDocsRouter } from './routes/docs.routes';
import { createEmailRouter } from './routes/email.routes';
import { createHealthRouter } from './routes/health.routes';
import { createJwksRouter } from './routes/jwks.routes';
import { createChatMessageRouter, createMessageRouter } from './routes/message.routes';
import { createMessageSearchRouter } from './routes/message-search.routes';
import { createPasswordRouter } from './routes/password.routes';
import { createSyncRouter } from './routes/sync.routes';
import { createUserRouter } from './routes/user.routes';
import { createWebRouter } from './routes/web.routes';

/** How many files may be fetched for each request that `RATE_LIMIT_MAX` allows. */
const FILES_PER_REQUEST = 20;

export interface HttpParts {
  base: Foundation;
  services: Services;
  redis: Redis | undefined;
  /** True once the server is going down: connections are then not kept alive. */
  isDraining: () => boolean;
}

/** Builds the REST side: what every request passes, the routers, and the one place where errors get their shape. */
export function createExpress(parts: HttpParts): Express {
  const { config, logger } = parts.base;
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.set('query parser', 'simple').set('trust proxy', config.trustProxy);
  app.use(requestContext, accessLog(logger), drain(parts.isDraining), securityHeaders());
  app.use(createHttpMeasuring(parts.base.metrics));
  app.use('/health', createHealthRouter({ mongo: mongoHealth, ffmpeg: parts.base.media.health }));
  app.use(metricsRoutes(parts));
  app.use('/api/docs', createDocsRouter(config.dialects.enabled));
  const origins = originRule(config.allowedOrigins, config.isProduction);
  const gates = {
    authenticate: createAuthenticate(parts.services.tokenService.verifyAccess),
    authRateLimit: limitFor(parts, 'auth', config.rateLimit.authMax),
  };
  const mounts = createDialectMounts(parts.base, parts.services, gates);
  const roots = ['/api', ...mounts.map(({ path }) => path).filter((path) => !path.startsWith('/api/'))];
  const takers = mounts.flatMap(({ path, takesCookies }) => (takesCookies ? [path] : []));
  if (takers.length > 0) app.use(takers, corsRule(cookieOrigins(config), { takesCookies: true }));
  const others = roots.filter((path) => !takers.includes(path));
  app.use([...others, '/.well-known'], corsRule(origins));
  app.use([...roots, '/.well-known'], limitApi(parts));
  app.use(roots, needsDatabase);
  app.use(roots, noStore, express.json({ limit: MAX_JSON_BYTES }));
  app.use(roots, answerOnceKnown(parts.base.cache.settled));
  const { verifyAccess } = parts.services.tokenService;
  const authenticate = createAuthenticate(verifyAccess, createAnswerWords(parts.base));
  app.use('/api', createApi(parts, { ...gates, authenticate }));
  for (const { path, router } of mounts) app.use(path, router);
  app.use(createJwksRouter({ authController: authController(parts) }));
  app.use(createWebRouter({ redirectsMedia: config.media.store.provider !== 'disk' }));
  app.use(routeNotFound, createErrorHandler(logger, parts.base.cache.dropAll));
  return app;
}

/** Who lets every page in does not thereby let every page act for whoever visits it. */
function cookieOrigins({ allowedOrigins, isProduction }: Config) {
  return originRule(
    allowedOrigins.filter((origin) => origin !== '*'),
    isProduction,
  );
}

function metricsRoutes(parts: HttpParts): Router {
  const { metrics, config } = parts.base;
  return createMetricsRoutes(metrics, config, limitFor(parts, 'metrics', config.rateLimit.max));
}

function drain(isDraining: () => boolean): RequestHandler {
  return (_req, res, next) => {
    if (isDraining()) res.setHeader('Connection', 'close');
    next();
  };
}

const needsDatabase: RequestHandler = (_req, _res, next) => {
  assertDatabase();
  next();
};

async function mongoHealth(): Promise<{ ok: boolean; detail?: string }> {
  try {
    assertDatabase();
    await pingMongo(1000);
    return { ok: true };
  } catch {
    return { ok: false, detail: 'The database does not answer' };
  }
}

/** A page with pictures fetches many files at once, which must not use up what its requests may. */
function limitApi(parts: HttpParts): RequestHandler {
  const { max } = parts.base.config.rateLimit;
  const requests = limitFor(parts, 'api', max);
  const files = limitFor(parts, 'files', max * FILES_PER_REQUEST);
  return (req, res, next) => (isFile(req.path) ? files : requests)(req, res, next);
}

/** Also below the address of a dialect, such as `/v1`. */
function isFile(path: string): boolean {
  return /^(?:\/\w+)?\/media\/(?:[^/]+\/(?:file|thumbnail)|(?:files|thumbnails)\/[^/]+)$/.test(path);
}

function limitFor({ base, redis }: HttpParts, name: string, max: number): RequestHandler {
  const { windowSeconds } = base.config.rateLimit;
  const limiter = createRateLimiter({ name, max, windowSeconds, redis });
  return createRateLimit({ limiter, max, windowSeconds, logger: base.logger });
}

function authController({ services, base }: HttpParts) {
  const { authService, tokenService, userService } = services;
  return createAuthController({
    authService,
    tokenService,
    userService,
    presentSelf: (user) => presentSelf(user, base.media.signer),
  });
}

function passwordController({ services, base }: HttpParts) {
  const { authService, passwordService } = services;
  return createPasswordController({
    authService,
    passwordService,
    presentSelf: (user) => presentSelf(user, base.media.signer),
  });
}

function createApi(
  parts: HttpParts,
  gates: { authenticate: RequestHandler; authRateLimit: RequestHandler },
): Router {
  const { services, base } = parts;
  const { authenticate } = gates;
  const api = Router();
  const users = userController(parts);
  api.use('/auth', createAuthRouter({ authController: authController(parts), ...gates }));
  const passwords = { passwordController: passwordController(parts), userController: users };
  api.use('/auth', createPasswordRouter({ ...passwords, ...gates }));
  api.use('/users/email', createEmailRouter({ controller: emailController(parts), authenticate }));
  api.use(createStatisticsRoutes(base, services, authenticate));
  const contactController = createContactController({ ...services, signer: base.media.signer });
  api.use(
    '/users',
    createUserRouter({
      userController: users,
      contactController,
      authenticate,
      upload: base.media.upload,
    }),
  );
  api.use(createPeopleRouter(base, services, authenticate));
  api.use('/contacts', createContactRouter({ contactController, authenticate }));
  api.use('/calls', createCallsRouter(base, services, authenticate));
  api.use('/stories', createStoriesRouter(base, services, authenticate));
  const messageSearchController = createMessageSearchController(services);
  api.use(createMessageSearchRouter({ messageSearchController, authenticate }));
  const controller = createMessageController(services);
  api.use('/messages', createMessageRouter({ controller, authenticate }));
  api.use('/chats', createChatMessageRouter({ controller, authenticate }));
  api.use('/chats', createChatRouter({ chatController: chatController(parts), authenticate }));
  api.use('/media', createMediaRoutes(base.media, authenticate));
  api.use('/sync', createSyncRouter({ controller: createSyncController(services.sync), authenticate }));
  return api;
}

function userController({ services, base }: HttpParts) {
  return createUserController({
    ...services,
    avatars: base.media.avatars,
    signer: base.media.signer,
  });
}

function emailController({ services, base }: HttpParts) {
  return createEmailController({
    emailService: services.emailService,
    signer: base.media.signer,
  });
}

function chatController({ services, base }: HttpParts) {
  return createChatController({
    chatService: services.chats,
    chatViews: services.chatViews,
    chatSettingsService: services.chatSettings,
    groupService: services.groups,
    inviteService: services.invites,
    publicUrl: base.config.publicUrl,
  });
}
