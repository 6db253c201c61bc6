import { UserModel } from '../../src/models/user.model';
import type { Person, TestSocket } from '../support/client';
import { keysOf, say, startWorld, UNKNOWN_ID, type World } from '../support/native-world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const DAY_MS = 24 * 3_600_000;
const CONTACT_KEYS = ['createdAt', 'direction', 'id', 'status', 'user'];

async function two(): Promise<[Person, Person]> {
  return [await world.person('Ann Asker'), await world.person('Ben Asked')];
}

const request = (from: Person, to: Person) => from.api('POST', '/api/contacts/request', { userId: to.id });
const accept = (who: Person, id: string) => who.api('PATCH', `/api/contacts/request/${id}/accept`);
const reject = (who: Person, id: string) => who.api('DELETE', `/api/contacts/request/${id}/reject`);
const block = (who: Person, other: Person) => who.api('POST', '/api/contacts/block', { userId: other.id });
const list = async (who: Person, path = '') => (await who.api('GET', `/api/contacts${path}`)).body.contacts;
const incoming = (who: Person) => list(who, '/pending');
const outgoing = (who: Person) => list(who, '/pending?direction=outgoing');

/** What each of the two holds about the other, in one word each. */
async function standing(ann: Person, ben: Person): Promise<string[]> {
  return Promise.all([relationship(ann, ben), relationship(ben, ann)]);
}

async function relationship(viewer: Person, other: Person): Promise<string> {
  const path = `/api/contacts/search?q=${encodeURIComponent(other.phoneNumber)}`;
  return (await viewer.api('GET', path)).body.users[0]?.relationship ?? 'not found';
}

const contactEvent = (socket: TestSocket, status: string) =>
  socket.waitFor('contact_request', (told) => told.status === status);

describe('POST /api/contacts/request - Send a contact request', () => {
  it('answers 201 with the pending contact, and the other sees it as incoming', async () => {
    const [ann, ben] = await two();
    const { status, body } = await request(ann, ben);
    expect([status, keysOf(body), keysOf(body.contact)]).toEqual([201, ['contact'], CONTACT_KEYS]);
    expect(body.contact).toMatchObject({ status: 'PENDING', direction: 'outgoing', user: { id: ben.id } });
    expect(await incoming(ben)).toMatchObject([
      { status: 'PENDING', direction: 'incoming', user: { id: ann.id } },
    ]);
    expect(await outgoing(ann)).toMatchObject([{ id: body.contact.id }]);
    expect(await standing(ann, ben)).toEqual(['pending_outgoing', 'pending_incoming']);
    expect([await list(ann), await list(ben)]).toEqual([[], []]);
  });

  it('answers 200 the second time, and nobody hears of it again', async () => {
    const [ann, ben] = await two();
    const socket = await world.socket(ben);
    const first = await request(ann, ben);
    const second = await request(ann, ben);
    expect([second.status, second.body.contact.id]).toEqual([200, first.body.contact.id]);
    await reject(ben, ann.id);
    await contactEvent(socket, 'rejected');
    expect(socket.heard('contact_request').map(({ status }) => status)).toEqual(['sent', 'rejected']);
    expect(socket.heard('notification')).toHaveLength(1);
  });

  it('finds people by a verified phone number or email, however it is written', async () => {
    const [ann, ben] = await two();
    await UserModel.updateOne({ _id: ben.id }, { email: `ben.${ben.id}@example.org` });
    const byMail = () => ann.api('POST', '/api/contacts/request', { email: `Ben.${ben.id}@Example.org ` });
    expect((await byMail()).body.code).toBe('not_found');
    await UserModel.updateOne({ _id: ben.id }, { emailVerified: true });
    expect((await byMail()).status).toBe(201);
    const byPhone = await ann.api('POST', '/api/contacts/request', { phoneNumber: ben.phoneNumber });
    expect(byPhone.status).toBe(200);
  });

  it('does not find by address who does not want to be found, but takes a request by id', async () => {
    const [ann, ben] = await two();
    await ben.api('PUT', '/api/users/profile', { privacy: { discoverable: false } });
    const hidden = await ann.api('POST', '/api/contacts/request', { phoneNumber: ben.phoneNumber });
    const nobody = await ann.api('POST', '/api/contacts/request', { phoneNumber: '+919900000000' });
    expect([hidden.body.code, hidden.body.detail]).toEqual(['not_found', nobody.body.detail]);
    expect((await request(ann, ben)).status).toBe(201);
  });

  it('makes both contacts when they ask each other', async () => {
    const [ann, ben] = await two();
    await request(ann, ben);
    const crossing = await request(ben, ann);
    expect(crossing.body.contact).toMatchObject({ status: 'ACCEPTED', user: { id: ann.id } });
    expect(await standing(ann, ben)).toEqual(['contact', 'contact']);
    expect((await request(ann, ben)).status).toBe(200);
  });

  it('is accepted at once by somebody who has the asker in the address book', async () => {
    const [ann, ben] = await two();
    await ben.api('POST', '/api/users/add-contact', { userId: ann.id });
    const { status, body } = await request(ann, ben);
    expect([status, body.contact.status]).toEqual([201, 'ACCEPTED']);
    expect(await standing(ann, ben)).toEqual(['contact', 'contact']);
  });

  it('asks somebody whom one has in the address book already, who stays there', async () => {
    const [ann, ben] = await two();
    await ann.api('POST', '/api/users/add-contact', { userId: ben.id });
    const { status, body } = await request(ann, ben);
    expect([status, body.contact.status]).toEqual([201, 'ACCEPTED']);
    expect(await standing(ann, ben)).toEqual(['contact', 'pending_incoming']);
    await reject(ben, ann.id);
    expect(await standing(ann, ben)).toEqual(['contact', 'none']);
  });

  it('refuses oneself, the unknown, nobody at all, and both sides of a block', async () => {
    const [ann, ben] = await two();
    const code = async (body: object) => (await ann.api('POST', '/api/contacts/request', body)).body.code;
    expect(await code({ userId: ann.id })).toBe('validation_failed');
    expect(await code({ phoneNumber: ann.phoneNumber })).toBe('validation_failed');
    expect(await code({ userId: UNKNOWN_ID })).toBe('not_found');
    expect(await code({})).toBe('validation_failed');
    await block(ann, ben);
    expect((await request(ann, ben)).body.code).toBe('forbidden');
    expect((await request(ben, ann)).body.code).toBe('forbidden');
  });

  it('may be sent again a day after a rejection, not before', async () => {
    const [ann, ben] = await two();
    await request(ann, ben);
    await reject(ben, ann.id);
    const soon = await request(ann, ben);
    expect([soon.status, soon.body.code]).toEqual([429, 'rate_limited']);
    const seconds = Number(soon.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(86_000);
    expect(seconds).toBeLessThanOrEqual(86_400);
    world.clock.advance(DAY_MS);
    expect((await request(await world.deviceOf(ann), ben)).status).toBe(201);
  });

  it('may be sent at any time by who rejected', async () => {
    const [ann, ben] = await two();
    await request(ann, ben);
    await reject(ben, ann.id);
    expect((await request(ben, ann)).status).toBe(201);
    await accept(ann, ben.id);
    expect(await standing(ann, ben)).toEqual(['contact', 'contact']);
  });

  it('cannot be repeated for ever by taking it back each time', async () => {
    const [ann, ben] = await two();
    for (let i = 0; i < 3; i += 1) {
      expect((await request(ann, ben)).status).toBe(201);
      expect((await reject(ann, ben.id)).status).toBe(200);
    }
    expect((await request(ann, ben)).body.code).toBe('rate_limited');
  });
});

describe('PATCH /api/contacts/request/:contactId/accept - Accept a contact request', () => {
  it.each(['contact', 'requester'])('makes both sides contacts, by the id of the %s', async (by) => {
    const [ann, ben] = await two();
    await request(ann, ben);
    const [asked] = await incoming(ben);
    const { status, body } = await accept(ben, (by === 'contact' ? asked.id : ann.id).toUpperCase());
    expect([status, body.contact.id, body.contact.status]).toEqual([200, asked.id, 'ACCEPTED']);
    expect([await list(ann), await list(ben)]).toMatchObject([
      [{ status: 'ACCEPTED', direction: 'outgoing', user: { id: ben.id, phoneNumber: ben.phoneNumber } }],
      [{ status: 'ACCEPTED', direction: 'incoming', user: { id: ann.id, phoneNumber: ann.phoneNumber } }],
    ]);
    expect([await incoming(ben), await outgoing(ann)]).toEqual([[], []]);
    expect((await accept(ben, asked.id)).status).toBe(200);
  });

  it('is for the one who was asked alone', async () => {
    const [ann, ben] = await two();
    const carol = await world.person('Carol');
    const own = (await request(ann, ben)).body.contact.id;
    const [asked] = await incoming(ben);
    expect((await accept(ann, own)).body.code).toBe('forbidden');
    expect((await accept(ann, asked.id)).body.code).toBe('not_found');
    expect((await accept(carol, asked.id)).body.code).toBe('not_found');
    expect((await accept(ben, UNKNOWN_ID)).body.code).toBe('not_found');
    expect(await standing(ann, ben)).toEqual(['pending_outgoing', 'pending_incoming']);
  });

  it('finds nothing once the request was taken back, rejected or ended by a block', async () => {
    for (const end of [
      (ann: Person, ben: Person) => reject(ann, ben.id),
      (ann: Person, ben: Person) => reject(ben, ann.id),
      (ann: Person, ben: Person) => block(ann, ben),
      (ann: Person, ben: Person) => block(ben, ann),
    ]) {
      const [ann, ben] = await two();
      await request(ann, ben);
      expect((await end(ann, ben)).status).toBe(200);
      expect((await accept(ben, ann.id)).body.code).toBe('not_found');
      expect([await list(ann), await list(ben), await incoming(ben), await outgoing(ann)]).toEqual([
        [],
        [],
        [],
        [],
      ]);
    }
  });
});

describe('DELETE /api/contacts/request/:contactId/reject - Reject a contact request', () => {
  it('ends it on both sides', async () => {
    const [ann, ben] = await two();
    await request(ann, ben);
    const [asked] = await incoming(ben);
    expect((await reject(ben, asked.id)).body).toEqual({ ok: true });
    expect(await standing(ann, ben)).toEqual(['none', 'none']);
    expect((await reject(ben, asked.id)).body.code).toBe('not_found');
  });

  it('takes back one’s own, and is nobody else’s business', async () => {
    const [ann, ben] = await two();
    const carol = await world.person('Carol');
    const own = (await request(ann, ben)).body.contact.id;
    expect((await reject(carol, own)).body.code).toBe('not_found');
    expect((await reject(ann, own)).status).toBe(200);
    expect(await standing(ann, ben)).toEqual(['none', 'none']);
  });

  it('ends no contact', async () => {
    const [ann, ben] = await two();
    await request(ann, ben);
    await accept(ben, ann.id);
    expect((await reject(ben, ann.id)).body.code).toBe('not_found');
    expect(await standing(ann, ben)).toEqual(['contact', 'contact']);
  });
});

describe('POST /api/contacts/block and PATCH /api/contacts/unblock/:contactId', () => {
  it('keeps a contact for when the block is lifted', async () => {
    const [ann, ben] = await two();
    await request(ann, ben);
    await accept(ben, ann.id);
    const blocked = (await block(ann, ben)).body.contact;
    expect(blocked.status).toBe('BLOCKED');
    expect([await list(ann), await list(ann, '/blocked')]).toMatchObject([[], [{ id: blocked.id }]]);
    expect(await standing(ann, ben)).toEqual(['blocked', 'not found']);
    await ann.api('PATCH', `/api/contacts/unblock/${blocked.id}`);
    expect(await standing(ann, ben)).toEqual(['contact', 'contact']);
  });

  it('does not bring back a request that it ended', async () => {
    const [ann, ben] = await two();
    await request(ann, ben);
    await block(ben, ann);
    await ben.api('PATCH', `/api/contacts/unblock/${ann.id}`);
    expect(await standing(ann, ben)).toEqual(['none', 'none']);
    expect((await request(ann, ben)).status).toBe(201);
  });
});

describe('GET /api/contacts/pending - Get pending contact requests', () => {
  it('pages through them, the newest first', async () => {
    const ben = await world.person('Ben');
    const askers: Person[] = [];
    for (const name of ['One', 'Two', 'Three']) {
      askers.push(await world.person(name));
      await request(askers.at(-1) as Person, ben);
    }
    const page = async (query: string) => (await ben.api('GET', `/api/contacts/pending?${query}`)).body;
    const first = await page('limit=2');
    const second = await page(`limit=2&cursor=${first.nextCursor}`);
    const seen = [...first.contacts, ...second.contacts].map(({ user }) => user.id);
    expect(seen).toEqual(askers.map(({ id }) => id).reverse());
    expect(second.nextCursor).toBeNull();
    expect((await ben.api('GET', '/api/contacts/pending?direction=sideways')).body.code).toBe(
      'validation_failed',
    );
  });
});

describe('GET /api/contacts/search - Search for users', () => {
  it('shows each with the relationship, in its five words', async () => {
    const me = await world.person('Me');
    const others: Record<string, Person> = {};
    for (const word of ['none', 'pending_outgoing', 'pending_incoming', 'contact', 'blocked'])
      others[word] = await world.person(`Quintus ${word}`);
    const of = (word: string) => others[word] as Person;
    await request(me, of('pending_outgoing'));
    await request(of('pending_incoming'), me);
    await request(me, of('contact'));
    await accept(of('contact'), me.id);
    await block(me, of('blocked'));
    const blocker = await world.person('Quintus Blocker');
    await block(blocker, me);
    const hidden = await world.person('Quintus Hidden');
    await hidden.api('PUT', '/api/users/profile', { privacy: { discoverable: false } });
    const { users } = (await me.api('GET', '/api/contacts/search?q=quintus')).body;
    const found = Object.fromEntries(
      users.map((user: { id: string; relationship: string }) => [user.id, user.relationship]),
    );
    expect(found).toEqual(Object.fromEntries(Object.entries(others).map(([word, { id }]) => [id, word])));
    const plain = (await me.api('GET', '/api/users/search?q=quintus')).body.users;
    expect(plain.map((user: { id: string }) => user.id)).not.toContain(of('blocked').id);
  });
});

describe('DELETE /api/contacts/:contactId', () => {
  it('takes a person out of the own address book only', async () => {
    const [ann, ben] = await two();
    await request(ann, ben);
    await accept(ben, ann.id);
    const [contact] = await list(ann);
    expect((await ann.api('DELETE', `/api/contacts/${contact.id}`)).body).toEqual({ ok: true });
    expect(await standing(ann, ben)).toEqual(['none', 'contact']);
    expect((await ann.api('DELETE', `/api/contacts/${ben.id}`)).body.code).toBe('not_found');
    expect((await ben.api('DELETE', `/api/contacts/${contact.id}`)).body.code).toBe('not_found');
  });

  it('takes back the request to them as well', async () => {
    const [ann, ben] = await two();
    await ann.api('POST', '/api/users/add-contact', { userId: ben.id });
    await request(ann, ben);
    await ann.api('DELETE', `/api/contacts/${ben.id}`);
    expect(await standing(ann, ben)).toEqual(['none', 'none']);
  });
});

describe('POST /api/users/add-contact', () => {
  it('answers a request that was waiting, and leaves the own one open', async () => {
    const [ann, ben] = await two();
    await request(ann, ben);
    await ann.api('POST', '/api/users/add-contact', { userId: ben.id });
    expect(await standing(ann, ben)).toEqual(['contact', 'pending_incoming']);
    await ben.api('POST', '/api/users/add-contact', { userId: ann.id });
    expect(await standing(ann, ben)).toEqual(['contact', 'contact']);
  });
});

describe('contact_request', () => {
  it('tells all devices of both, each with their own side', async () => {
    const [ann, ben] = await two();
    const sockets = [await world.socket(ann), await world.socket(await world.deviceOf(ann))];
    const bens = await world.socket(ben);
    await request(ann, ben);
    for (const socket of sockets) {
      const { contact } = await contactEvent(socket, 'sent');
      expect(contact).toMatchObject({ direction: 'outgoing', status: 'PENDING', user: { id: ben.id } });
    }
    const { contact } = await contactEvent(bens, 'sent');
    expect(contact).toMatchObject({ direction: 'incoming', status: 'PENDING', user: { id: ann.id } });
    await accept(ben, contact.id);
    for (const socket of [...sockets, bens]) {
      expect((await contactEvent(socket, 'accepted')).contact.status).toBe('ACCEPTED');
    }
  });

  it('tells that it was rejected, taken back, or ended by a block', async () => {
    const [ann, ben] = await two();
    const [anns, bens] = [await world.socket(ann), await world.socket(ben)];
    await request(ann, ben);
    await reject(ann, ben.id);
    for (const socket of [anns, bens]) await contactEvent(socket, 'withdrawn');
    await request(ann, ben);
    await block(ben, ann);
    for (const socket of [anns, bens]) await contactEvent(socket, 'rejected');
  });

  it('comes by sync to devices that were away, with who began it', async () => {
    const [ann, ben] = await two();
    await request(ann, ben);
    const states = async (who: Person) =>
      (await who.api('POST', '/api/sync', { cursors: {} })).body.states.map(
        ({ key, value }: { key: string; value: object }) => [key, value],
      );
    const pending = { contactId: expect.any(String), status: 'PENDING' };
    expect(await states(ann)).toEqual([[`contact:${ben.id}`, { ...pending, direction: 'outgoing' }]]);
    expect(await states(ben)).toEqual([[`contact:${ann.id}`, { ...pending, direction: 'incoming' }]]);
    await accept(ben, ann.id);
    for (const [who, other] of [
      [ann, ben],
      [ben, ann],
    ] as const) {
      expect(await states(who)).toMatchObject([[`contact:${other.id}`, { status: 'ACCEPTED' }]]);
    }
  });

  it('goes to nobody else', async () => {
    const [ann, ben] = await two();
    const carol = await world.person('Carol');
    const strange = await world.socket(carol);
    const bens = await world.socket(ben);
    await request(ann, ben);
    await contactEvent(bens, 'sent');
    const room = await world.group(ann, [carol]);
    const { id } = await say(ann, room, 'later');
    await strange.waitFor('new_message', ({ message }) => message.id === id);
    expect([strange.heard('contact_request'), strange.heard('notification')]).toEqual([[], []]);
  });
});
