import { AVAILABLE_DIALECTS } from '../../src/config/env-dialects';
import { NATIVE_EVENTS } from '../../src/delivery/native-outbound';
import { DIALECTS } from '../../src/dialects';
import type { DialectGround } from '../../src/dialects/dialect.port';
import { clientEvents, serverEvents } from '../../src/docs/asyncapi-operations';
import { createNativeHandlers, type NativeHandlerDeps } from '../../src/socket/handlers';
import { asyncapiOf } from '../support/asyncapi';

/** Only the names are asked for, so the handlers need nothing to work with. */
const noDependencies = {
  message: {},
  receipts: {},
  chat: {},
  device: {},
  sync: {},
  call: {},
} as NativeHandlerDeps;
const noGround = { services: {} } as DialectGround;

const dialects = [
  {
    name: 'native',
    // The router serves `authenticate` itself.
    inbound: () => ({ ...createNativeHandlers(noDependencies), authenticate: undefined }),
    serverEvents: NATIVE_EVENTS,
  },
  ...DIALECTS.flatMap(({ name, inbound, clientFrames = [], serverEvents }) => {
    const frames = () => Object.fromEntries(clientFrames.map((frame) => [frame, undefined]));
    return serverEvents ? [{ name, inbound: inbound ?? frames, serverEvents }] : [];
  }),
];

const nativeEvents = clientEvents(asyncapiOf('native')).map(({ name }) => name);
const sorted = (names: Iterable<string>) => [...names].sort();

describe('the list of dialects', () => {
  it('names every folder of dialects', () => {
    expect(sorted(DIALECTS.map(({ name }) => name))).toEqual(AVAILABLE_DIALECTS);
  });
});

describe.each(dialects)('the AsyncAPI document of $name and what the code has', ({ name, ...dialect }) => {
  const document = asyncapiOf(name);

  it('name the same client events', () => {
    const own = Object.keys(dialect.inbound(noGround));
    const documented = clientEvents(document).map((event) => event.name);
    // A document may show its readers events that every connection has.
    const common = documented.filter((event) => nativeEvents.includes(event) && !own.includes(event));
    expect(sorted([...own, ...common])).toEqual(sorted(documented));
  });

  it('name the same server events', () => {
    expect(sorted(dialect.serverEvents)).toEqual(sorted(serverEvents(document).map((event) => event.name)));
  });
});
