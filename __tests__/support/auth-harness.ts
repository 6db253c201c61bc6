/** Sign-in as the product wires it, on a real port and the test file's database, with a clock that tests can move. */
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import express, { Router } from 'express';
import { createLogger as createWinston, format, type Logger, transports } from 'winston';
import { type Config, loadConfig } from '../../src/config/env';
import { MAX_JSON_BYTES } from '../../src/config/limits';
import { createAuthController } from '../../src/controllers/auth.controller';
import { AppError } from '../../src/errors/app-error';
import { createAuthenticate } from '../../src/middlewares/authenticate';
import { createErrorHandler } from '../../src/middlewares/error-handler';
import { routeNotFound } from '../../src/middlewares/not-found';
import { requestContext } from '../../src/middlewares/request-context';
import { presentSelf } from '../../src/presenters/user.presenter';
import { createMailProvider } from '../../src/providers/mail';
import { createSmsProvider } from '../../src/providers/sms';
import type { SmsProvider } from '../../src/providers/sms/sms.port';
import { createAuthRouter } from '../../src/routes/auth.routes';
import { createJwksRouter } from '../../src/routes/jwks.routes';
import { createAuthService } from '../../src/services/auth.service';
import { createDeviceService } from '../../src/services/device.service';
import { createMediaLibrary } from '../../src/services/media-library';
import { createOtpService } from '../../src/services/otp.service';
import { createOtpChannels } from '../../src/services/otp-channels';
import { createPushTokenService } from '../../src/services/push-token.service';
import { createRateCountService } from '../../src/services/rate-count.service';
import { createSessionService } from '../../src/services/session.service';
import { createSessionLiveness } from '../../src/services/session-liveness.service';
import { loadSigningKey, type SigningKey } from '../../src/services/signing-key.service';
import { createTokenService } from '../../src/services/token.service';
import { createUserService } from '../../src/services/user.service';
import { testSigner } from './signer';
import { recordingBus } from './user-fixtures';

/** A clock that starts at the real time and moves only by `advance`. */
export function movableClock() {
  let nowMs = Date.now();
  return {
    now: () => new Date(nowMs),
    advance(ms: number) {
      nowMs += ms;
    },
  };
}

/** A logger that keeps its lines. */
export function keepingLogger(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  const logger = createWinston({ format: format.simple(), transports: [new transports.Stream({ stream })] });
  return { logger, lines };
}

/** Settings of a machine without any, but for what a test changes; codes are random. */
export function authConfig(env: Record<string, string> = {}): Config {
  const config = loadConfig(env);
  return { ...config, otp: { ...config.otp, fixedCode: undefined, fixedMailCode: undefined } };
}

let keysDir: string | undefined;

/** The key of this test file, made once: RSA keys take their time. */
export async function testSigningKey(config: Config): Promise<SigningKey> {
  keysDir ??= mkdtempSync(path.join(tmpdir(), 'parley-keys-'));
  return loadSigningKey({ ...config.jwt, keysDir }, { isProduction: false });
}

afterAll(() => {
  if (keysDir !== undefined) rmSync(keysDir, { recursive: true });
});

export interface NodeOptions {
  env?: Record<string, string>;
  sms?: SmsProvider;
  clock?: ReturnType<typeof movableClock>;
}

/** The services of one node. */
export async function buildAuth({ env, sms, clock = movableClock() }: NodeOptions = {}) {
  const config = authConfig(env);
  const { logger, lines } = keepingLogger();
  const { bus, heard } = recordingBus();
  const signingKey = await testSigningKey(config);
  const liveness = createSessionLiveness({ bus, clock });
  const sessionService = createSessionService({
    bus,
    clock,
    refreshSecret: signingKey.refreshSecret,
    refreshTtlDays: config.jwt.refreshTtlDays,
  });
  const tokenService = createTokenService({ signingKey, liveness, clock, jwt: config.jwt });
  const otpService = createOtpService({
    channels: createOtpChannels({
      sms: sms ?? createSmsProvider(config.sms, { logger }),
      mail: createMailProvider(config.mail, { logger }),
      otp: config.otp,
    }),
    rateCounts: createRateCountService({ clock }),
    clock,
    otp: config.otp,
    secret: signingKey.otpSecret,
  });
  const userService = createUserService({ bus, library: createMediaLibrary({ clock }) });
  const authService = createAuthService({
    otpService,
    sessionService,
    tokenService,
    deviceService: createDeviceService({
      bus,
      clock,
      pushTokens: createPushTokenService({ bus, clock }),
      revokeDevice: sessionService.revokeDevice,
    }),
    userService,
    bus,
    isStrict: config.isProduction,
  });
  const lastCode = (): string => {
    const code = lines
      .join('')
      .match(/code (\d{6}) for/g)
      ?.at(-1)
      ?.slice(5, 11);
    if (code === undefined) throw new Error('no code was sent');
    return code;
  };
  return {
    config,
    clock,
    bus,
    heard,
    logger,
    lines,
    signingKey,
    liveness,
    sessionService,
    tokenService,
    otpService,
    userService,
    authService,
    lastCode,
  };
}

/** The fields that tests of sign-in look at; which are there depends on the answer. */
export interface AuthBody {
  accessToken: string;
  refreshToken: string;
  deviceId: string;
  isNewUser: boolean;
  user: { id: string; phoneNumber: string | null; name: string; devices: Array<{ deviceId: string }> };
  code: string;
  errors: Array<{ path: string }>;
  [field: string]: unknown;
}

export interface AuthAnswer {
  status: number;
  headers: Headers;
  body: AuthBody;
}

/** One node that listens: its services, and `call` to speak to it. */
export async function startAuth(options: NodeOptions = {}) {
  const node = await buildAuth(options);
  const { authService, tokenService, userService } = node;
  const authController = createAuthController({
    authService,
    tokenService,
    userService,
    presentSelf: (user) => presentSelf(user, testSigner),
  });
  const authenticate = createAuthenticate(tokenService.verifyAccess);
  const authRateLimit = Router();
  const app = express()
    .use(requestContext)
    .use(express.json({ limit: MAX_JSON_BYTES }));
  app.use('/api/auth', createAuthRouter({ authController, authenticate, authRateLimit }));
  app.use(createJwksRouter({ authController }), routeNotFound, createErrorHandler(node.logger));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function call(method: string, route: string, body?: unknown, token?: string): Promise<AuthAnswer> {
    const response = await fetch(url + route, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as AuthBody };
  }

  /** Signs a number in by a code; the last message's code is the one it types. */
  async function signIn(phoneNumber: string, device: { deviceId?: string; platform?: string } = {}) {
    await call('POST', '/api/auth/send-otp', { phoneNumber });
    return call('POST', '/api/auth/verify-otp', { phoneNumber, otp: node.lastCode(), ...device });
  }

  return {
    ...node,
    url,
    call,
    signIn,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** How a promise failed: the `AppError` it must have been rejected with. */
export async function refusalOf(promise: Promise<unknown>): Promise<AppError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome && outcome.error instanceof AppError) return outcome.error;
  throw new Error(`expected a refusal, got ${JSON.stringify(outcome)}`);
}
