import { NATIVE_EVENTS } from '../../src/delivery/native-outbound';
import { clientEvents, serverEvents } from '../../src/docs/asyncapi-operations';
import { ASYNCAPI_PATH, loadDocument } from '../../src/docs/documents';
import { createNativeHandlers, type NativeHandlerDeps } from '../../src/socket/handlers';

const asyncapi = loadDocument(ASYNCAPI_PATH);

/** Only the names are asked for, so the handlers need nothing to work with. */
const noDependencies = {
  message: {},
  receipts: {},
  chat: {},
  device: {},
  sync: {},
  call: {},
} as NativeHandlerDeps;

const sorted = (names: Iterable<string>) => [...names].sort();

describe('asyncapi.yaml and the socket handlers', () => {
  it('name the same client events, with authenticate, which the router serves itself', () => {
    const handled = [...Object.keys(createNativeHandlers(noDependencies)), 'authenticate'];
    expect(sorted(handled)).toEqual(sorted(clientEvents(asyncapi).map(({ name }) => name)));
  });

  it('name the same server events', () => {
    expect(sorted(NATIVE_EVENTS)).toEqual(sorted(serverEvents(asyncapi).map(({ name }) => name)));
  });
});
