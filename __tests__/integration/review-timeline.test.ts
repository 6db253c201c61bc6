/** What may not be seen any more, or not yet, however close the moments lie. */
import { MessageModel } from '../../src/models/message.model';
import { toObjectId } from '../../src/models/object-id';
import type { Person } from '../support/client';
import { say, startWorld, textTo, type World } from '../support/native-world';

let world: World;
let alice: Person;
let bob: Person;
beforeAll(async () => {
  world = await startWorld();
});
beforeEach(async () => {
  [alice, bob] = await Promise.all([world.person('Alice'), world.person('Bob')]);
});
afterAll(() => world.stop());

const sync = async (person: Person, request: object) => (await person.api('POST', '/api/sync', request)).body;

describe('one sender', () => {
  it('keeps the own order when an answer with a quotation is followed at once by a plain message', async () => {
    const chatId = await world.privateChat(alice, bob);
    const asked = await say(bob, chatId, 'Well?');
    const socket = await world.socket(alice);
    const acks = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        socket.ask('send_message', {
          ...textTo(chatId, String(i)),
          ...(i % 2 === 0 && { replyTo: asked.id }),
        }),
      ),
    );
    const seqs = acks.map(({ message }) => message.seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  });

  it('gets the first message for a key used before also when a block or a departure came between', async () => {
    const [chatId, group] = [await world.privateChat(alice, bob), await world.group(bob, [alice])];
    const sends = [textTo(chatId, 'Private'), textTo(group, 'Group')];
    const first = [];
    for (const send of sends) first.push((await alice.api('POST', '/api/messages', send)).body.message);
    await bob.api('POST', '/api/contacts/block', { userId: alice.id });
    await bob.api('DELETE', `/api/chats/${group}/members/${alice.id}`);
    for (const [i, send] of sends.entries()) {
      const again = await alice.api('POST', '/api/messages', send);
      expect([again.status, again.body.message?.id]).toEqual([200, first[i].id]);
    }
    const other = await alice.api('POST', '/api/messages', textTo(chatId, 'New'));
    expect(other.body.code).toBe('forbidden');
  });
});

describe('a quotation', () => {
  it('never keeps what is deleted for everyone at the same time', async () => {
    const chatId = await world.privateChat(alice, bob);
    for (let round = 0; round < 8; round += 1) {
      const secret = await say(bob, chatId, 'Secret');
      const [reply] = await Promise.all([
        alice.api('POST', '/api/messages', { ...textTo(chatId, 'What?'), replyTo: secret.id }),
        bob.api('DELETE', `/api/messages/${secret.id}?forEveryone=true`),
      ]);
      const { message } = (await alice.api('GET', `/api/messages/${reply.body.message.id}`)).body;
      expect(message.replyTo?.content ?? null).toBeNull();
    }
  });

  it('is taken back by deleting again when that failed the first time', async () => {
    const chatId = await world.privateChat(alice, bob);
    const secret = await say(bob, chatId, 'Secret');
    const reply = (
      await alice.api('POST', '/api/messages', { ...textTo(chatId, 'What?'), replyTo: secret.id })
    ).body.message;
    await bob.api('DELETE', `/api/messages/${secret.id}?forEveryone=true`);
    // What a crash between the tombstone and the quotations leaves behind.
    await MessageModel.collection.updateOne(
      { _id: toObjectId(reply.id) },
      { $set: { 'replyTo.content': { type: 'text', text: 'Secret' } } },
    );
    await bob.api('DELETE', `/api/messages/${secret.id}?forEveryone=true`);
    const { message } = (await alice.api('GET', `/api/messages/${reply.id}`)).body;
    expect(message.replyTo.content).toBeNull();
  });
});

describe('what has expired', () => {
  it('shows nowhere from the first moment: history, lists, sync, quotations, stars, search, forward', async () => {
    const chatId = await world.privateChat(alice, bob);
    await alice.api('PUT', `/api/chats/${chatId}/settings`, { disappearingSeconds: 600 });
    const secret = await say(alice, chatId, 'Burns soon');
    await bob.api('POST', `/api/messages/${secret.id}/star`);
    await alice.api('PUT', `/api/chats/${chatId}/settings`, { disappearingSeconds: 0 });
    const quote = { ...textTo(chatId, 'Quoting'), replyTo: secret.id };
    await bob.api('POST', '/api/messages', quote);
    world.clock.advance(601_000);
    // Asked at once, so that the job has hardly been there.
    const answers = await Promise.all([
      bob.api('GET', `/api/chats/${chatId}/messages`),
      bob.api('GET', '/api/chats'),
      sync(bob, { cursors: {} }),
      bob.api('GET', '/api/messages/starred'),
      bob.api('GET', `/api/messages/${secret.id}/receipts`),
      bob.api('GET', `/api/chats/${chatId}/search?q=Burns`),
      bob.api('POST', '/api/messages', quote),
    ]);
    expect(answers.map((answer) => JSON.stringify(answer).includes('Burns'))).toEqual(
      answers.map(() => false),
    );
    expect(answers[3].body.messages).toEqual([]);
    expect(
      (await bob.api('POST', `/api/messages/${secret.id}/forward`, { chatIds: [chatId] })).status,
    ).not.toBe(201);
  });
});

describe('sync by time', () => {
  it('names in removed the chats one left or was put out of since then', async () => {
    const [kept, gone] = [await world.group(alice, [bob]), await world.group(alice, [bob])];
    await say(alice, kept, 'x');
    const since = world.clock.now().toISOString();
    await alice.api('DELETE', `/api/chats/${gone}/members/${bob.id}`);
    expect((await sync(bob, { since })).removed).toEqual([gone]);
  });

  it('brings a change whose marker is older than the time but which was made after it', async () => {
    const chatId = await world.privateChat(alice, bob);
    const message = await say(alice, chatId, 'Before');
    await alice.api('PUT', `/api/messages/${message.id}`, { newContent: 'After' });
    // The change took a while: nine seconds between its marker and the message.
    const past = (ms: number) => new Date(world.clock.now().getTime() - ms);
    const rows = MessageModel.collection;
    await rows.updateOne({ _id: toObjectId(message.id) }, { $set: { createdAt: past(60_000) } });
    await rows.updateOne({ chatId: toObjectId(chatId), seq: -2 }, { $set: { createdAt: past(9_000) } });
    const answer = await sync(bob, { since: past(1_000).toISOString() });
    expect(answer.messages.map(({ id }: { id: string }) => id)).toEqual([message.id]);
  });
});

it('the feed names a message deleted for me by its id as the server writes it', async () => {
  const { id } = await say(bob, await world.privateChat(alice, bob), 'Hide me');
  await alice.api('DELETE', `/api/messages/${id.toUpperCase()}`);
  const { states } = await sync(alice, { cursors: {} });
  expect(states.map(({ key }: { key: string }) => key)).toContain(`hidden:${id}`);
});
