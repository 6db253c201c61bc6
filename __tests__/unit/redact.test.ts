import { maskPhone, redact } from '../../src/config/redact';
import { captureLog } from '../support/log-capture';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
const PHONE = '+911234567890';

describe('a log line', () => {
  it('is JSON with level, time and message in production', () => {
    const { logger, lines } = captureLog({ isProduction: true });
    logger.info('Parley is listening', { port: 3000 });
    const line = JSON.parse(lines[0] ?? '');
    expect(line).toEqual({
      level: 'info',
      message: 'Parley is listening',
      port: 3000,
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
  });

  it('is readable text elsewhere', () => {
    const { logger, lines } = captureLog({ isProduction: false });
    logger.warn('Slow', { ms: 12 });
    expect(lines).toEqual([expect.stringMatching(/^\S+Z warn Slow \{"ms":12\}$/)]);
  });

  it('is one line, whatever a client put into it', () => {
    const { logger, lines } = captureLog({ isProduction: false });
    logger.info('GET /a\nforged 2026-01-01 info You are admin\r\u001b[2Jx');
    expect(lines[0]).not.toMatch(/\p{Cc}/u);
    expect(lines[0]).toContain('forged');
  });

  it('shows no secret, token or phone number wherever it stands', () => {
    const cause = new Error(`no user ${PHONE} with ${JWT}`, { cause: { refreshToken: 'r-1' } });
    for (const isProduction of [true, false]) {
      const { logger, lines } = captureLog({ isProduction });
      logger.error(`Sign-in of ${PHONE} failed with Bearer ${JWT}`, {
        cause,
        headers: { authorization: 'Basic c2VjcmV0', Cookie: 'sid=cookie-1', 'set-cookie': ['sid=cookie-2'] },
        body: { phoneNumber: '1234567890', otp: '654321', password: 'pass-1', passwordHash: 'hash-1' },
        device: { fcmToken: 'fcm-1', list: [{ accessToken: 'opaque-1' }] },
        config: { JWT_SECRET: 'jwt-secret-1', authToken: 'twilio-1' },
        url: `/socket.io/?EIO=4&token=query-1&access_token=query-2`,
        search: '/api/users/search?q=%2B911234567890&limit=5',
        mail: { to: 'alice@example.org', text: 'for <bob.b+x@mail.example.org>' },
        path: '/users?email=carol%40example.org',
        uri: 'mongodb://parley:mongo-pass@db1/?replicaSet=rs0',
      });
      const line = lines.join('\n');
      for (const secret of [
        ...['911234567890', '1234567890', JWT, 'eyJ', 'c2VjcmV0', 'cookie-', '654321', 'pass-1', 'hash-1'],
        ...['fcm-1', 'opaque-1', 'jwt-secret-1', 'twilio-1', 'query-', 'r-1', 'mongo-pass'],
        ...['alice', 'bob.b', 'carol'],
      ]) {
        expect([secret, line.includes(secret)]).toEqual([secret, false]);
      }
      expect(line).toContain('limit=5');
      expect(line).toContain('redact.test');
    }
  });

  it('keeps what is no secret', () => {
    const info = {
      message: 'done',
      requestId: 'r-7',
      status: 201,
      at: new Date(0),
      list: [1, 'two', null],
      tokens: 3,
    };
    expect(redact({ ...info })).toEqual(info);
  });

  it('survives what cannot be shown: cycles, depth, huge lists', () => {
    const cycle: Record<string, unknown> = { name: 'loop' };
    cycle.self = cycle;
    for (const isProduction of [true, false]) {
      const { logger, lines } = captureLog({ isProduction });
      logger.error('odd', { cycle, list: Array.from({ length: 5000 }, (_, i) => i), big: 10n });
      expect(lines).toHaveLength(1);
      expect((lines[0] ?? '').length).toBeLessThan(5_000);
    }
  });
});

describe('a masked phone number', () => {
  it('is recognised by its owner and useless to others', () => {
    expect(maskPhone('+911111111111')).toBe('+91********11');
    expect(maskPhone('+911111111111')).toHaveLength('+911111111111'.length);
  });
});
