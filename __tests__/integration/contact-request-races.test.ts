import { ContactModel } from '../../src/models/contact.model';
import { UserModel } from '../../src/models/user.model';
import { createContactService } from '../../src/services/contact.service';
import { createContactRequestService } from '../../src/services/contact-request.service';
import { createRateCountService } from '../../src/services/rate-count.service';
import { createUserChangeService } from '../../src/services/user-change.service';
import { noCache } from '../support/cache';
import { codeOf } from '../support/chat-fixtures';
import { clockAhead } from '../support/native-world';
import { recordingBus, storeUser, useDatabase, userFields } from '../support/user-fixtures';

useDatabase('requests');

/** What one node has; two of them on the same database are two nodes, which share nothing in memory. */
function node() {
  const { bus, heard } = recordingBus();
  const clock = clockAhead();
  const userChanges = createUserChangeService();
  const rateCounts = createRateCountService({ clock });
  const requests = createContactRequestService({ bus, userChanges, rateCounts, clock });
  return {
    heard,
    userChanges,
    requests,
    contacts: createContactService({ bus, userChanges, cache: noCache() }),
  };
}

const here = node();
const there = node();
const nodes = [here, there] as const;
beforeEach(() => {
  for (const { heard } of nodes) heard.length = 0;
});

const announced = (name: string) => nodes.flatMap(({ heard }) => heard.filter(([said]) => said === name));

async function two() {
  return [(await storeUser()).id, (await storeUser()).id] as const;
}

/** One's side in a word. */
async function sideOf(ownerId: string, userId: string): Promise<string> {
  const side = await ContactModel.findOne({ ownerId, userId }).lean();
  if (!side) return 'none';
  if (side.isBlocked) return `blocked ${side.status}`;
  return side.status === 'pending' ? side.direction : side.status;
}

const sides = async (ann: string, ben: string) => [await sideOf(ann, ben), await sideOf(ben, ann)];

/** The feed of each tells what the side is, and nothing is left to tell. */
async function expectToldFeeds(ann: string, ben: string): Promise<void> {
  for (const [owner, other] of [
    [ann, ben],
    [ben, ann],
  ] as const) {
    const side = await ContactModel.findOne({ ownerId: owner, userId: other }).lean();
    if (!side) continue;
    const { states } = await here.userChanges.since(owner, 0);
    const status = side.isBlocked ? 'BLOCKED' : side.status.toUpperCase();
    expect(states).toMatchObject([{ key: `contact:${other}`, value: { status } }]);
    expect(side.isUntold).toBeUndefined();
  }
}

async function asked() {
  const [ann, ben] = await two();
  await here.requests.request(ann, { userId: ben });
  for (const { heard } of nodes) heard.length = 0;
  return [ann, ben] as const;
}

describe('two who ask each other at once', () => {
  it.each(Array.from({ length: 8 }, (_, i) => i))('are contacts, round %i', async () => {
    const [ann, ben] = await two();
    await Promise.all([
      here.requests.request(ann, { userId: ben }),
      there.requests.request(ben, { userId: ann }),
    ]);
    expect(await sides(ann, ben)).toEqual(['accepted', 'accepted']);
    expect(announced('contact.requested')).toHaveLength(1);
    expect(announced('contact.accepted')).toHaveLength(1);
    await expectToldFeeds(ann, ben);
  });
});

describe('the same request from several devices on two nodes', () => {
  it('is one request, announced once, and counts once on a node', async () => {
    const [ann, ben] = await two();
    const results = await Promise.all(
      Array.from({ length: 4 }, () => here.requests.request(ann, { userId: ben })),
    );
    expect(results.filter(({ isNew }) => isNew)).toHaveLength(1);
    const more = await Promise.all(nodes.map(({ requests }) => requests.request(ann, { userId: ben })));
    expect(more.map(({ isNew }) => isNew)).toEqual([false, false]);
    expect(announced('contact.requested')).toHaveLength(1);
    expect(await ContactModel.countDocuments({ $or: [{ ownerId: ann }, { ownerId: ben }] })).toBe(2);
  });
});

describe('answers at once', () => {
  it('accepting twice makes one acceptance', async () => {
    const [ann, ben] = await asked();
    await Promise.all(nodes.map(({ requests }) => requests.accept(ben, ann)));
    expect(await sides(ann, ben)).toEqual(['accepted', 'accepted']);
    expect(announced('contact.accepted')).toHaveLength(1);
    await expectToldFeeds(ann, ben);
  });

  const AGAINST: Array<[string, (ann: string, ben: string) => Promise<unknown>, string[][]]> = [
    [
      'taking it back',
      (ann, ben) => there.requests.reject(ann, ben),
      [
        ['accepted', 'accepted'],
        ['none', 'none'],
      ],
    ],
    [
      'a block by who asked',
      (ann, ben) => there.contacts.block(ann, ben),
      [
        ['blocked accepted', 'accepted'],
        ['blocked none', 'none'],
      ],
    ],
    [
      'a block by who was asked, on another device',
      (ann, ben) => there.contacts.block(ben, ann),
      [
        ['accepted', 'blocked accepted'],
        ['none', 'blocked none'],
      ],
    ],
    [
      'rejecting on another device',
      (ann, ben) => there.requests.reject(ben, ann),
      [
        ['accepted', 'accepted'],
        ['none', 'none'],
      ],
    ],
  ];
  it.each(AGAINST)('accepting against %s ends as one after the other would', async (_what, other, ends) => {
    for (let round = 0; round < 6; round += 1) {
      const [ann, ben] = await asked();
      const codes = await Promise.all([codeOf(here.requests.accept(ben, ann)), codeOf(other(ann, ben))]);
      expect(codes.every((code) => code === 'allowed' || code === 'not_found')).toBe(true);
      const end = await sides(ann, ben);
      expect(ends).toContainEqual(end);
      const isAccepted = codes[0] === 'allowed';
      expect(end.some((word) => word.includes('accepted'))).toBe(isAccepted);
      expect(announced('contact.accepted')).toHaveLength(isAccepted ? 1 : 0);
      await expectToldFeeds(ann, ben);
      for (const { heard } of nodes) heard.length = 0;
    }
  });

  it('all of them at once leave both sides in agreement', async () => {
    for (let round = 0; round < 6; round += 1) {
      const [ann, ben] = await asked();
      await Promise.all(
        [
          here.requests.accept(ben, ann),
          there.requests.accept(ben, ann),
          there.requests.reject(ann, ben),
          here.requests.request(ben, { userId: ann }),
          there.contacts.addContact(ben, { userId: ann }),
        ].map(codeOf),
      );
      const [mine = '', theirs = ''] = await sides(ann, ben);
      // Whoever waits for an answer waits for somebody who was asked; the asker may have the other in the address book besides.
      const whole = [
        'outgoing incoming',
        'accepted incoming',
        'accepted accepted',
        'accepted none',
        'none none',
      ];
      expect(whole.flatMap((pair) => [pair, pair.split(' ').reverse().join(' ')])).toContain(
        `${mine} ${theirs}`,
      );
      await expectToldFeeds(ann, ben);
    }
  });

  it('a request against a block never comes through it', async () => {
    for (let round = 0; round < 6; round += 1) {
      const [ann, ben] = await two();
      const [code] = await Promise.all([
        codeOf(here.requests.request(ann, { userId: ben })),
        codeOf(there.contacts.block(ben, ann)),
      ]);
      expect(['allowed', 'forbidden']).toContain(code);
      expect(await sides(ann, ben)).toEqual([expect.stringMatching(/none/), 'blocked none']);
      await expectToldFeeds(ann, ben);
    }
  });
});

describe('a request that was announced', () => {
  it('is made sure of by either id, once', async () => {
    const [ann, ben] = await two();
    const first = await here.requests.ensureRequest(ann, ben.toUpperCase());
    expect(first.isNew).toBe(true);
    const again = await there.requests.ensureRequest(ann, String(first.contact._id));
    expect([again.isNew, String(again.contact._id)]).toEqual([false, String(first.contact._id)]);
    expect(announced('contact.requested')).toEqual([
      ['contact.requested', { requesterId: ann, addresseeId: ben }],
    ]);
    expect(await codeOf(here.requests.ensureRequest(ann, 'f'.repeat(24)))).toBe('not_found');
  });
});

describe('a crash between a change and its feeds', () => {
  it('leaves nothing untold after the next start', async () => {
    const [ann, ben] = await two();
    const broken = createContactRequestService({
      bus: recordingBus().bus,
      userChanges: {
        record: () => Promise.reject(new Error('the server died')),
        since: here.userChanges.since,
      },
      rateCounts: createRateCountService({ clock: clockAhead() }),
      clock: clockAhead(),
    });
    expect(await codeOf(broken.request(ann, { userId: ben }))).toBe('Error: the server died');
    expect((await here.userChanges.since(ben, 0)).states).toEqual([]);
    expect(await here.contacts.resumeUntold()).toBe(2);
    expect(await here.contacts.resumeUntold()).toBe(0);
    await expectToldFeeds(ann, ben);
    expect(await sides(ann, ben)).toEqual(['outgoing', 'incoming']);
  });
});

describe('somebody who asks everybody', () => {
  it('is stopped after 100 new requests a day, and may go on repeating the old ones', async () => {
    const { id: ann } = await storeUser();
    const others = await UserModel.insertMany(Array.from({ length: 101 }, () => userFields()));
    const ids = others.map(({ _id }) => String(_id));
    const codes = [];
    for (const userId of ids) codes.push(await codeOf(here.requests.request(ann, { userId })));
    expect(codes.filter((code) => code === 'allowed')).toHaveLength(100);
    expect(codes.at(-1)).toBe('rate_limited');
    expect(await codeOf(here.requests.request(ann, { userId: ids[0] ?? '' }))).toBe('allowed');
  });
});
