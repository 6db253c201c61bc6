import { startTestApp, type TestApp } from '../support/app';
import { call, connect, signUp } from '../support/client';

const TTL_SECONDS = 5;

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { ACCESS_TOKEN_TTL_SECONDS: String(TTL_SECONDS) } });
});
afterAll(() => app.stop());

it('closes a socket at the end of its token, unless a fresh one came on the live connection', async () => {
  const [still, renewed] = [await signUp(app), await signUp(app)];
  const startedAt = Date.now();
  const [stillSocket, renewedSocket] = [await connect(app, still), await connect(app, renewed)];
  const ended = new Promise((resolve) => stillSocket.once('disconnect', resolve));
  const body = { refreshToken: renewed.refreshToken };
  // A token's life counts in whole seconds, so that the fresh one is the longer one only from the next second on.
  while (Date.now() - startedAt < 2000) await renewedSocket.ask('set_presence', { state: 'online' });
  const { accessToken } = (await call(app.url, 'POST', '/api/auth/refresh-token', { body })).body;
  expect((await renewedSocket.ask('authenticate', { token: accessToken })).ok).toBe(true);
  expect(await ended).toBe('io server disconnect');
  expect(stillSocket.heard('authentication_error')).toHaveLength(1);
  expect(Date.now() - startedAt).toBeLessThan((TTL_SECONDS + 2) * 1000);
  expect((await renewedSocket.ask('set_presence', { state: 'online' })).ok).toBe(true);
  const refused = await call(app.url, 'GET', '/api/users/profile', { token: still.accessToken });
  expect(refused.body.code).toBe('unauthenticated');
  renewedSocket.disconnect();
});
