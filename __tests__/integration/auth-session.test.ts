import { createRevocationWatch } from '../../src/jobs/watch-revocations';
import { connectMongo, disconnectMongo } from '../../src/models/connect';
import { SessionModel } from '../../src/models/session.model';
import { systemClock } from '../../src/types/clock';
import { buildAuth, movableClock, refusalOf } from '../support/auth-harness';
import { testMongoUri } from '../support/mongo';
import { startTcpProxy } from '../support/tcp-proxy';
import { storeUser, useDatabase } from '../support/user-fixtures';

const DAY_MS = 86_400_000;

useDatabase('session');

/** A node and a fresh login on it. */
async function setUp() {
  const node = await buildAuth();
  const { id: userId } = await storeUser();
  const login = (deviceId = 'phone') => node.sessionService.create({ userId, deviceId, dialect: 'native' });
  const { session, refreshToken } = await login();
  const sessionId = String(session._id);
  const isLive = () => node.liveness.isLive(sessionId);
  return { ...node, userId, login, sessionId, refreshToken, isLive, rotate: node.sessionService.rotate };
}

describe('a refresh token', () => {
  it('is stored as a hash only', async () => {
    const { refreshToken, sessionId } = await setUp();
    const stored = JSON.stringify(await SessionModel.findById(sessionId).lean());
    expect(stored).not.toContain(refreshToken);
    expect(stored).not.toContain(refreshToken.split('.')[2]);
  });

  it('is exchanged for its successor, which slides the end of the session', async () => {
    const { refreshToken, rotate, sessionId, clock } = await setUp();
    clock.advance(20 * DAY_MS);
    const second = await rotate(refreshToken, 'phone');
    expect(second.refreshToken).not.toBe(refreshToken);
    expect(String(second.session._id)).toBe(sessionId);
    clock.advance(29 * DAY_MS);
    const third = await rotate(second.refreshToken);
    expect(third.session.expiresAt).toEqual(new Date(clock.now().getTime() + 30 * DAY_MS));
  });

  it('is dead thirty days after its making', async () => {
    const { refreshToken, rotate, clock, isLive } = await setUp();
    clock.advance(30 * DAY_MS);
    expect(await refusalOf(rotate(refreshToken))).toMatchObject({ code: 'unauthenticated' });
    expect(await isLive()).toBe(false);
  });

  it('gives everybody the same successor when used many times at once', async () => {
    const { refreshToken, rotate, isLive } = await setUp();
    const all = await Promise.all(Array.from({ length: 12 }, () => rotate(refreshToken)));
    expect(new Set(all.map((one) => one.refreshToken)).size).toBe(1);
    expect(await isLive()).toBe(true);
  });

  it('gives the same successor again within ten seconds, as its answer may have been lost', async () => {
    const { refreshToken, rotate, clock } = await setUp();
    const { refreshToken: second } = await rotate(refreshToken);
    clock.advance(10_000);
    expect((await rotate(refreshToken)).refreshToken).toBe(second);
    await rotate(second);
  });

  it('ends its session when it comes back after ten seconds', async () => {
    const { refreshToken, rotate, clock, heard, userId, sessionId, isLive } = await setUp();
    const { refreshToken: second } = await rotate(refreshToken);
    expect(await isLive()).toBe(true);
    clock.advance(10_001);
    expect(await refusalOf(rotate(refreshToken))).toMatchObject({ code: 'token_reused' });
    expect(heard).toContainEqual(['session.revoked', { userId, sessionIds: [sessionId] }]);
    expect(await isLive()).toBe(false);
    expect(await refusalOf(rotate(second))).toMatchObject({ code: 'unauthenticated' });
    expect(await refusalOf(rotate(refreshToken))).toMatchObject({ code: 'token_reused' });
  });

  it('ends its session at once when its successor was used already', async () => {
    const { refreshToken, rotate, isLive } = await setUp();
    const { refreshToken: second } = await rotate(refreshToken);
    await rotate(second);
    expect(await refusalOf(rotate(refreshToken))).toMatchObject({ code: 'token_reused' });
    expect(await isLive()).toBe(false);
  });

  it('is refused from another device, and stays good for its own', async () => {
    const { refreshToken, rotate, isLive } = await setUp();
    expect(await refusalOf(rotate(refreshToken, 'tablet'))).toMatchObject({ code: 'unauthenticated' });
    await rotate(refreshToken, 'phone');
    expect(await refusalOf(rotate(refreshToken, 'tablet'))).toMatchObject({ code: 'unauthenticated' });
    expect(await isLive()).toBe(true);
  });

  it('cannot be made up, not even to end a session', async () => {
    const { refreshToken, rotate, sessionId, isLive } = await setUp();
    const { refreshToken: second } = await rotate(refreshToken);
    const [, , mac] = second.split('.');
    for (const bad of [
      '',
      'garbage',
      'x'.repeat(1_000_000),
      `${sessionId}.1.${mac}`,
      `${sessionId}.1.${'A'.repeat(43)}`,
      `${sessionId}.3.${mac}`,
      `${sessionId}.0.${mac}`,
      `${'f'.repeat(24)}.2.${mac}`,
      `${second}x`,
    ]) {
      expect(await refusalOf(rotate(bad))).toMatchObject({ code: 'unauthenticated' });
    }
    expect(await isLive()).toBe(true);
  });

  it('is dead after logout, its predecessor in the grace too', async () => {
    const { refreshToken, rotate, sessionService, userId, sessionId } = await setUp();
    const { refreshToken: second } = await rotate(refreshToken);
    await sessionService.revoke(userId, sessionId);
    expect(await refusalOf(rotate(second))).toMatchObject({ code: 'unauthenticated' });
    expect(await refusalOf(rotate(refreshToken))).toMatchObject({ code: 'token_reused' });
  });
});

describe('sessions', () => {
  it('are one per device: a new login ends the older one there, and no other', async () => {
    const { login, userId, sessionId, heard, isLive, liveness } = await setUp();
    const { session: tablet } = await login('tablet');
    expect(heard).toEqual([]);
    await login('phone');
    expect(heard).toEqual([['session.revoked', { userId, sessionIds: [sessionId] }]]);
    expect(await isLive()).toBe(false);
    expect(await liveness.isLive(String(tablet._id))).toBe(true);
  });

  it('are one per device also after logins at once', async () => {
    const { login, userId } = await setUp();
    await Promise.all(Array.from({ length: 8 }, () => login('phone')));
    expect(await SessionModel.find({ userId, revokedAt: null })).toHaveLength(1);
  });

  it('end one by one, by device, all, or all but one', async () => {
    const { login, userId, sessionService, sessionId, isLive } = await setUp();
    const live = async () =>
      (await SessionModel.find({ userId, revokedAt: null })).map((s) => s.deviceId).sort();
    await login('tablet');
    await login('web');
    await sessionService.revoke('f'.repeat(24), sessionId);
    expect(await isLive()).toBe(true);
    await sessionService.revokeDevice(userId, 'tablet');
    expect(await live()).toEqual(['phone', 'web']);
    await sessionService.revokeAll(userId, sessionId);
    expect(await live()).toEqual(['phone']);
    await sessionService.revokeAll(userId);
    expect(await live()).toEqual([]);
    expect(await isLive()).toBe(false);
  });
});

describe('a logout on another node', () => {
  it('ends access here when the cached answer is a second old', async () => {
    const clock = movableClock();
    const here = await buildAuth({ clock });
    const there = await buildAuth({ clock });
    const { id: userId } = await storeUser();
    const { session } = await there.sessionService.create({ userId, deviceId: 'phone', dialect: 'native' });
    const sessionId = String(session._id);
    expect(await here.liveness.isLive(sessionId)).toBe(true);
    await there.sessionService.revoke(userId, sessionId);
    clock.advance(1000);
    expect(await here.liveness.isLive(sessionId)).toBe(false);
  });

  it('is announced here once, by the watch, within a second', async () => {
    const here = await buildAuth();
    const there = await buildAuth();
    const { id: userId } = await storeUser();
    const logIn = async (deviceId: string) => {
      const { session } = await there.sessionService.create({ userId, deviceId, dialect: 'native' });
      return String(session._id);
    };
    const [first, own, last] = [await logIn('phone'), await logIn('tablet'), await logIn('web')];
    const heardOf = (sessionId: string) =>
      new Promise<void>((resolve) =>
        here.bus.on('session.revoked', ({ sessionIds }) => {
          if (sessionIds.includes(sessionId)) resolve();
        }),
      );
    const [heardOfFirst, heardOfLast] = [heardOf(first), heardOf(last)];
    const watch = createRevocationWatch({ bus: here.bus, clock: systemClock, logger: here.logger });
    watch.start();
    await there.sessionService.revoke(userId, first);
    const revokedAt = Date.now();
    await heardOfFirst;
    expect(Date.now() - revokedAt).toBeLessThan(1000);
    expect(await here.liveness.isLive(first)).toBe(false);
    await here.sessionService.revoke(userId, own);
    await there.sessionService.revoke(userId, last);
    await heardOfLast;
    watch.stop();
    const announced = here.heard.flatMap(([, event]) => (event as { sessionIds: string[] }).sessionIds);
    for (const id of [first, own, last]) expect(announced.filter((one) => one === id)).toHaveLength(1);
  });

  it('reaches the watch also after the database was away', async () => {
    const { lines, logger, bus, sessionService } = await buildAuth();
    const { id: userId } = await storeUser();
    const { session } = await sessionService.create({ userId, deviceId: 'phone', dialect: 'native' });
    const { name: dbName } = SessionModel.db;
    const mongod = new URL(testMongoUri());
    const proxy = await startTcpProxy({ host: mongod.hostname, port: Number(mongod.port) });
    mongod.port = String(proxy.port);
    await disconnectMongo();
    await connectMongo(mongod.href, dbName);
    const heard = new Promise<void>((resolve) =>
      bus.on('session.revoked', ({ sessionIds }) => {
        if (sessionIds.includes(String(session._id))) resolve();
      }),
    );
    const warned = new Promise<void>((resolve) => logger.once('data', () => resolve()));
    const watch = createRevocationWatch({ bus, clock: systemClock, logger, pollMs: 20 });
    proxy.shut();
    watch.start();
    await warned;
    expect(lines.join('')).toContain('revoked sessions cannot be looked up');
    proxy.open();
    await (await buildAuth()).sessionService.revoke(userId, String(session._id));
    await heard;
    watch.stop();
    await disconnectMongo();
    await connectMongo(testMongoUri(), dbName);
    await proxy.stop();
  });
});
