import { MAX_SOCKETS_PER_USER } from '../../src/config/limits';
import { startTestApp, type TestApp } from '../support/app';
import { connect, signUp } from '../support/client';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

describe('the connections of one person', () => {
  it('are bounded: beyond the bound the oldest goes, and nobody else loses any', async () => {
    const [greedy, other] = [await signUp(app), await signUp(app)];
    const bystander = await connect(app, other);
    const sockets = [];
    for (let i = 0; i < MAX_SOCKETS_PER_USER; i += 1) sockets.push(await connect(app, greedy));
    const [oldest, second] = sockets;
    const lost = new Promise((resolve) => oldest?.once('disconnect', resolve));
    sockets.push(await connect(app, greedy));
    expect(await lost).toBe('io server disconnect');
    expect(second?.connected && sockets.at(-1)?.connected && bystander.connected).toBe(true);
    for (const socket of [...sockets, bystander]) socket.disconnect();
  });
});
