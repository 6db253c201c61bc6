import { UserModel, type UserRecord } from '../../src/models/user.model';
import { STRANGERS } from '../../src/policies/contact.policy';
import { presentSelf, presentUser } from '../../src/presenters/user.presenter';
import { testSigner } from '../support/signer';
import { userFields } from '../support/user-fixtures';

const SEEN = new Date('2026-01-02T03:04:05.006Z');

function build(overrides: Partial<UserRecord> = {}): UserRecord {
  return new UserModel({
    ...userFields(),
    name: 'Alice',
    username: 'alice',
    bio: 'Hello',
    avatarUrl: 'https://example.org/a.png',
    email: 'alice@example.org',
    passwordHash: 'secret',
    socketIds: ['s1'],
    lastSeenAt: SEEN,
    createdAt: SEEN,
    devices: [{ deviceId: 'd1', platform: 'ios', name: 'Phone', lastSeenAt: SEEN }],
    ...overrides,
  }).toObject();
}

const PUBLIC_KEYS = ['id', 'name', 'username', 'bio', 'avatarUrl', 'online', 'lastSeenAt'];

describe('presentSelf', () => {
  it('shows all of contract section 4 and no secret', () => {
    const view = presentSelf(
      build({ sockets: [{ id: 's1', node: 'n', deviceId: 'd1', sessionId: 'x' }] }),
      testSigner,
    );
    expect(Object.keys(view).sort()).toEqual(
      [
        ...PUBLIC_KEYS,
        'phoneNumber',
        'email',
        'socketIds',
        'devices',
        'privacy',
        'settings',
        'createdAt',
      ].sort(),
    );
    expect(view.devices).toEqual([
      {
        deviceId: 'd1',
        platform: 'ios',
        name: 'Phone',
        online: true,
        lastSeenAt: '2026-01-02T03:04:05.006Z',
      },
    ]);
    expect(view).toMatchObject({ online: true, socketIds: ['s1'], lastSeenAt: SEEN.toISOString() });
    expect(JSON.stringify(view)).not.toContain('secret');
  });

  it('says null where there is nothing', () => {
    const view = presentSelf(
      build({ username: undefined, email: undefined, phoneNumber: undefined, lastSeenAt: null }),
      testSigner,
    );
    expect(view).toMatchObject({ username: null, email: null, phoneNumber: null, lastSeenAt: null });
  });
});

describe('presentUser', () => {
  it('shows a stranger the public fields and nothing else', () => {
    const view = presentUser(build(), STRANGERS, testSigner);
    expect(Object.keys(view).sort()).toEqual([...PUBLIC_KEYS].sort());
    expect(view).toMatchObject({ online: true, lastSeenAt: SEEN.toISOString(), bio: 'Hello' });
  });

  it('shows a contact the phone number, if an OTP proved it', () => {
    const relation = { ...STRANGERS, otherHasMeAsContact: true };
    expect(presentUser(build({ phoneNumber: '+911111111111' }), relation, testSigner).phoneNumber).toBe(
      '+911111111111',
    );
    expect(presentUser(build({ phoneVerified: false }), relation, testSigner)).not.toHaveProperty(
      'phoneNumber',
    );
  });

  it('leaves every field in its place when privacy hides it', () => {
    const hidden = { lastSeen: 'nobody', online: 'nobody', photo: 'nobody', bio: 'nobody' } as const;
    const user = build();
    expect(
      presentUser({ ...user, privacy: { ...user.privacy, ...hidden } }, STRANGERS, testSigner),
    ).toMatchObject({
      avatarUrl: null,
      bio: '',
      online: false,
      lastSeenAt: null,
    });
  });

  it('hides photo and presence from somebody blocked, but not the name', () => {
    expect(presentUser(build(), { ...STRANGERS, hasBlockedMe: true }, testSigner)).toMatchObject({
      name: 'Alice',
      avatarUrl: null,
      online: false,
      lastSeenAt: null,
    });
  });

  it('shows a deleted account as nothing but that', () => {
    const view = presentUser(
      build({ deletedAt: SEEN }),
      { ...STRANGERS, otherHasMeAsContact: true },
      testSigner,
    );
    expect(view).toEqual({
      id: expect.any(String),
      name: 'Deleted account',
      username: null,
      bio: '',
      avatarUrl: null,
      online: false,
      lastSeenAt: null,
    });
  });
});
