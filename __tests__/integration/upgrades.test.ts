import { once } from 'node:events';
import net from 'node:net';
import { startTestApp, type TestApp } from '../support/app';
import { connect, type Person, signUp } from '../support/client';
import { refusalAt } from '../support/upgrades';

let app: TestApp;
let ann: Person;
beforeAll(async () => {
  app = await startTestApp({ env: { DIALECTS: '' } });
  ann = await signUp(app, { name: 'Ann' });
});
afterAll(() => app.stop());

describe('an upgrade of a server without dialects', () => {
  it.each(['/', '/users', '/room/x', '/api/chats', '/socket.io', '//', '/%00', `/${'x'.repeat(2000)}`])(
    'at %.20s is refused like any request for what is not there',
    async (path) => {
      const headers = { authorization: `Bearer ${ann.accessToken}` };
      expect(await refusalAt(app.url, path, headers)).toEqual({ status: 404, code: 'not_found' });
    },
  );

  it('to another protocol is refused, and the connection ends', async () => {
    const socket = net.connect(Number(new URL(app.url).port), '127.0.0.1');
    await once(socket, 'connect');
    let heard = '';
    socket.on('data', (data) => {
      heard += data;
    });
    socket.write('GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n');
    await once(socket, 'close');
    expect(heard).toMatch(/^HTTP\/1\.1 404 Not Found\r\nConnection: close\r\n/);
  });

  it('by Socket.IO goes on as before', async () => {
    const socket = await connect(app, ann);
    expect(socket.connected).toBe(true);
    socket.disconnect();
  });
});
