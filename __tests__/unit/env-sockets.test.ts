import { loadConfig } from '../../src/config/env';
import { faultsOf } from '../support/settings';

it('takes both transports unless one is named', () => {
  expect(loadConfig({}).sockets).toEqual({ adapter: 'memory', transports: ['websocket', 'polling'] });
  expect(loadConfig({ SOCKET_TRANSPORTS: 'websocket' }).sockets.transports).toEqual(['websocket']);
  const fault = 'SOCKET_TRANSPORTS must be websocket, polling or both, not "websocket,pigeon"';
  expect(faultsOf({ SOCKET_TRANSPORTS: 'websocket,pigeon' })).toEqual([fault]);
});

it('refuses several workers without a database and an adapter that they share', () => {
  expect(faultsOf({ PARLEY_WORKERS: '2' })).toEqual([
    'MONGO_URI is required with PARLEY_WORKERS=2: all of them serve one database',
    'SOCKET_ADAPTER must be mongo or redis with PARLEY_WORKERS=2',
  ]);
  expect(faultsOf({ PARLEY_WORKERS: '2', MONGO_URI: 'mongodb://db/', SOCKET_ADAPTER: 'mongo' })).toEqual([]);
  expect(faultsOf({ PARLEY_WORKERS: '1' })).toEqual([]);
});
