import { NodeLeaseModel } from '../../src/models/node-lease.model';
import { startTestApp, type TestApp } from '../support/app';
import { closeRawSockets, join, rawSocket } from './seed-004-client';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { ACCESS_TOKEN_TTL_SECONDS: '5' } });
});
afterAll(() => app.stop());
afterEach(closeRawSockets);

it('ends a raw socket with its token; a refreshed one goes on', async () => {
  const ann = await join({ app });
  const startedAt = Date.now();
  const first = await rawSocket(app.url, '/users', { token: ann.accessToken() });
  await first.waitFor('USERS');
  expect(await first.closed).toBe(4401);
  expect(first.frames.at(-1)).toEqual({
    type: 'ERROR',
    data: { code: 'unauthenticated', message: 'The token has expired' },
  });
  expect(Date.now() - startedAt).toBeLessThan(7000);
  await ann.api('POST', '/auth/refresh');
  const second = await rawSocket(app.url, '/users', { token: ann.accessToken() });
  await second.waitFor('USERS');
});

it('closes a raw socket of a node that was taken for ended, so that its client connects anew', async () => {
  const ann = await join({ app });
  const first = await rawSocket(app.url, '/users', { token: ann.accessToken() });
  await first.waitFor('USERS');
  const lease = await NodeLeaseModel.findOne().hint({ _id: 1 }).lean();
  await NodeLeaseModel.deleteOne({ _id: lease?._id });
  expect(await first.closed).toBe(1012);
  const again = await rawSocket(app.url, '/users', { token: ann.accessToken() });
  await again.waitFor('USERS');
});
