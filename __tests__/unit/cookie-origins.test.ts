import { createCookieOriginRule } from '../../src/middlewares/security';

const HOST = 'chat.example.org';
const FRIEND = 'https://app.friend.example';

function rule(more: { allowedOrigins?: string[]; isProduction?: boolean; publicUrl?: string } = {}) {
  const mayComeFrom = createCookieOriginRule({
    allowedOrigins: [FRIEND],
    isProduction: true,
    publicUrl: undefined,
    ...more,
  });
  return (origin: string, host: string | null = HOST) => mayComeFrom(origin, host ?? undefined);
}

describe('cookies may come', () => {
  it.each([`https://${HOST}`, `http://${HOST}`, FRIEND])(
    'from %s, the own origin or an allowed one',
    (origin) => {
      expect(rule()(origin)).toBe(true);
    },
  );

  it.each([
    'https://evil.example',
    `https://${HOST}.evil.example`,
    `https://evil.example/${HOST}`,
    `https://${HOST}:8443`,
    `https://x@${HOST}`,
    `ftp://${HOST}`,
    HOST,
    `${FRIEND}.evil.example`,
    'https://app.friend.example:444',
    'http://localhost:5173',
    'null',
    '*',
    '',
  ])('not from %s', (origin) => {
    expect(rule()(origin)).toBe(false);
  });

  it('from where the server says it is, when a proxy calls it by another name', () => {
    const may = rule({ publicUrl: 'https://chat.example.org/app' });
    expect(may('https://chat.example.org', 'backend:3000')).toBe(true);
    expect(rule()('https://chat.example.org', 'backend:3000')).toBe(false);
    expect(rule({ publicUrl: 'nonsense' })('https://evil.example')).toBe(false);
  });

  it('from no page that only `*` lets in', () => {
    const may = rule({ allowedOrigins: ['*'], isProduction: false });
    expect([may('https://evil.example'), may('*')]).toEqual([false, false]);
  });

  it('from pages of this machine outside production', () => {
    const may = rule({ isProduction: false });
    expect([may('http://localhost:5173'), may('http://127.0.0.1:3000')]).toEqual([true, true]);
    expect(may('http://localhost.evil.example')).toBe(false);
  });

  it('from nowhere to a server that was called by no name', () => {
    for (const origin of ['https://evil.example', 'null', 'https://undefined'])
      expect([origin, rule()(origin, null)]).toEqual([origin, false]);
  });
});
