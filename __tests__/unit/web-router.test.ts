// The page's modules are JavaScript that `tsc` does not read; Jest compiles them like the rest.
const { takeInvite } = require('../../src/web/router.js');

/** What the page would do with this address. */
function inviteIn(hash: string): string | null {
  Object.assign(globalThis, {
    location: { hash, pathname: '/' },
    history: { replaceState: () => undefined },
  });
  return takeInvite();
}

afterEach(() => {
  for (const name of ['location', 'history']) Reflect.deleteProperty(globalThis, name);
});

describe('the address of the page', () => {
  it('holds the token of an invitation', () => {
    expect(inviteIn('#join=aB3_-xyz')).toBe('aB3_-xyz');
  });

  it.each(['#join=%', '#join=..', '#join=a%2Fb', '#join=a/../b', '#join=', '#joined=a', ''])(
    'holds none when somebody made it up: %s',
    (hash) => {
      expect(inviteIn(hash)).toBeNull();
    },
  );
});
