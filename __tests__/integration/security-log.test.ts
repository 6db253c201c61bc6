import { performance } from 'node:perf_hooks';
import { redact } from '../../src/config/redact';
import { startTestApp, type TestApp } from '../support/app';
import { call, signUp } from '../support/client';
import { captureLog } from '../support/log-capture';

let app: TestApp;
const { logger, lines } = captureLog({ isProduction: true });
beforeAll(async () => {
  app = await startTestApp({ overrides: { logger } });
});
afterAll(() => app.stop());

describe('the log', () => {
  it('does not hold the token of an invitation, which lets its reader into the group', async () => {
    const [olga, nora] = [await signUp(app), await signUp(app)];
    const chatId = (await olga.api('POST', '/api/chats/group', { name: 'Team', memberIds: [] })).body.chat.id;
    const { token } = (await olga.api('POST', `/api/chats/${chatId}/invite`)).body.invite;
    expect((await nora.api('POST', `/api/chats/join/${token}`)).status).toBe(201);
    expect(lines.some((line) => line.includes('/api/chats/join/'))).toBe(true);
    expect(lines.join('\n')).not.toContain(token);
  });

  it.each([
    ['dashes', 'a-'],
    ['beginnings of tokens', '-eyJ'],
    ['beginnings of addresses', 'a://b:'],
    ['query signs', '?q='],
    ['pluses', '+1%2B'],
  ])('costs little for an address that was made to be slow: %s', (_name, piece) => {
    const message = `GET /${piece.repeat(15_000 / piece.length)} HTTP/1.1`;
    const startedAt = performance.now();
    for (let i = 0; i < 20; i += 1) redact({ message });
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});

describe('a long address', () => {
  it('is answered at once, though everybody may send it', async () => {
    const startedAt = performance.now();
    const path = `/api/auth/countries?${'a-'.repeat(7000)}`;
    for (let i = 0; i < 10; i += 1) expect((await call(app.url, 'GET', path)).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});
