import { createDialectChoice } from '../../src/app-dialects';
import type { Foundation } from '../../src/app-services';
import type { Actor } from '../../src/types/actor';

const spoken = new Set(['native', 'one', 'two']);
const base = { config: { dialects: { enabled: ['one', 'two'], fallback: 'two' } } } as unknown as Foundation;
const choose = createDialectChoice(base, spoken);
const loggedInBy = (dialect: string) => ({ dialect }) as Actor;

describe('the dialect of a connection', () => {
  it('is what the handshake asks for, else that of the login, else the default of the server', () => {
    expect(choose('one', loggedInBy('native'))).toBe('one');
    expect(choose('native', loggedInBy('one'))).toBe('native');
    expect(choose(undefined, loggedInBy('one'))).toBe('one');
    expect(choose(undefined, loggedInBy('rooms'))).toBe('two');
  });

  it('cannot be, by default, what Socket.IO connections do not speak', () => {
    const silent = { config: { dialects: { enabled: ['three'], fallback: 'three' } } };
    expect(() => createDialectChoice(silent as unknown as Foundation, spoken)).toThrow('DEFAULT_DIALECT');
  });

  it.each(['latin', '__proto__', 5, { $ne: 1 }, ['one'], null, ''])(
    'passes over %j, which nobody speaks',
    (asked) => {
      expect(choose(asked, loggedInBy('one'))).toBe('one');
    },
  );
});
