import type { RequestHandler } from 'express';
import type { Foundation, Services } from './app-services';
import { createNativeOutbound } from './delivery/native-outbound';
import type { Outbound } from './delivery/outbound';
import { DIALECTS } from './dialects';
import type { Dialect, DialectGround, Mount } from './dialects/dialect.port';
import { ASYNCAPI_PATH, dialectDocuments } from './docs/documents';
import { StartError } from './errors/start-error';
import { createCookieOriginRule } from './middlewares/security';
import { assertDatabase } from './models/reach';
import type { EventHandler, FindEvent } from './socket/event-router';
import { createEventTable } from './socket/event-table';
import { createPayloadValidator, type PayloadValidator } from './socket/payload-schemas';
import { createPlainServer, type PlainServer } from './socket/plain/plain-server';
import type { Actor } from './types/actor';
import { NATIVE_DIALECT } from './types/dialect';

const DAY_SECONDS = 86_400;

function enabledDialects({ config }: Foundation): Dialect[] {
  return DIALECTS.filter(({ name }) => config.dialects.enabled.includes(name));
}

function groundOf({ clock, bus, media, config }: Foundation, services: Services): DialectGround {
  const cookies = {
    isSecure: config.isProduction,
    refreshTtlSeconds: config.jwt.refreshTtlDays * DAY_SECONDS,
    mayComeFrom: createCookieOriginRule(config),
  };
  return { clock, bus, cookies, signer: media.signer, media: media.media, services };
}

/** The REST sides of the dialects, and where they stand. */
export function createDialectMounts(
  base: Foundation,
  services: Services,
  gates: { authenticate: RequestHandler; authRateLimit: RequestHandler },
): Mount[] {
  const ground = groundOf(base, services);
  const all = { ...gates, upload: base.media.upload };
  return enabledDialects(base).flatMap((dialect) => dialect.routes?.(ground, all) ?? []);
}

/** How each dialect words what the native REST API answers to its sessions. */
export function createAnswerWords(base: Foundation): Map<string, (body: object) => object> {
  return new Map(
    enabledDialects(base).flatMap(({ name, answer }) => (answer ? [[name, answer] as const] : [])),
  );
}

/** How each dialect words what is delivered, the native one first. */
export function createOutbounds(base: Foundation, services: Services): Map<string, Outbound> {
  const ground = groundOf(base, services);
  return new Map([
    [NATIVE_DIALECT, createNativeOutbound(base.clock, base.media.signer)],
    ...enabledDialects(base).flatMap(({ name, outbound }) =>
      outbound ? [[name, outbound(ground)] as const] : [],
    ),
  ]);
}

/** What serves the events of all dialects, and what checks those of the native one. */
export function createEvents(
  base: Foundation,
  services: Services,
  handlers: Record<string, EventHandler>,
): { findEvent: FindEvent; validator: PayloadValidator } {
  const ground = groundOf(base, services);
  const validator = createPayloadValidator(ASYNCAPI_PATH);
  const others = enabledDialects(base).flatMap(({ name, inbound }) => {
    const { asyncapi } = dialectDocuments(name);
    if (!inbound || asyncapi === undefined) return [];
    return [{ dialect: name, handlers: inbound(ground), validator: createPayloadValidator(asyncapi) }];
  });
  return {
    findEvent: createEventTable([{ dialect: NATIVE_DIALECT, handlers, validator }, ...others]),
    validator,
  };
}

/** What Socket.IO connections can speak. */
export function socketIoDialects(base: Foundation): ReadonlySet<string> {
  const names = enabledDialects(base).flatMap(({ name, inbound }) => (inbound ? [name] : []));
  return new Set([NATIVE_DIALECT, ...names]);
}

/** Who takes the upgrades of dialects that have WebSockets of their own, by dialect. */
export function createPlainServers(base: Foundation, services: Services): Map<string, PlainServer> {
  const { config, connections, bus, logger, metrics } = base;
  const ground = groundOf(base, services);
  const common = {
    connections,
    bus,
    logger,
    verifyAccess: services.tokenService.verifyAccess,
    presence: services.presence,
    framesPerWindow: config.rateLimit.socketEventsPer10s,
    assertServing: assertDatabase,
    pingSeconds: config.wsPingSeconds,
  };
  return new Map(
    enabledDialects(base).flatMap(({ name, upgrades, serverEvents = [] }) => {
      const { asyncapi } = dialectDocuments(name);
      if (!upgrades || asyncapi === undefined) return [];
      const server = createPlainServer({
        ...common,
        dialect: name,
        side: upgrades(ground),
        serverEvents,
        validator: createPayloadValidator(asyncapi),
        onServed: (frame, outcome) => metrics.eventServed(`${name}:${frame}`, outcome),
      });
      return [[name, server] as const];
    }),
  );
}

/** Which dialect a Socket.IO connection speaks: the one it asks for, its session's, or the server's default (contract section 1). */
export function createDialectChoice(
  { config }: Foundation,
  spoken: { has(name: string): boolean },
): (asked: unknown, actor: Actor) => string {
  const { fallback } = config.dialects;
  if (!spoken.has(fallback))
    throw new StartError(`DEFAULT_DIALECT is ${fallback}, which is not spoken over Socket.IO.`);
  return (asked, actor) => {
    const wishes = [asked, actor.dialect, fallback];
    const found = wishes.find((wish) => typeof wish === 'string' && spoken.has(wish));
    return typeof found === 'string' ? found : NATIVE_DIALECT;
  };
}
