import { createRowIds } from '../../src/journal/row-ids';
import { ChatModel } from '../../src/models/chat.model';
import { LogNewsModel } from '../../src/models/log-news.model';
import { MembershipModel } from '../../src/models/membership.model';
import { MessageModel } from '../../src/models/message.model';
import { NodeLeaseModel } from '../../src/models/node-lease.model';
import { toObjectId } from '../../src/models/object-id';
import { UserModel } from '../../src/models/user.model';
import type { TestSocket } from '../support/client';
import { at, ghostLease, startTwoNodes, type TwoNodes } from '../support/nodes';

let nodes: TwoNodes;
beforeAll(async () => {
  nodes = await startTwoNodes();
});
afterAll(() => nodes.stop());

const oneTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const text = (value: string) => ({ type: 'text', text: value });
const seqs = (socket: TestSocket, chatId: string): number[] =>
  socket
    .heard('new_message')
    .filter(({ message }) => message.chatId === chatId)
    .map(({ message }) => message.seq);

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

it('tells others what is new by its ids, never by content', async () => {
  const ann = await nodes.person('Ann');
  const chatId = await nodes.group(ann, []);
  await ann.api('POST', '/api/messages', { chatId, content: text('a secret') });
  const isOfChat = ({ chats }: { chats: Array<{ chatId: unknown }> }) =>
    chats.some((chat) => String(chat.chatId) === chatId);
  const find = async () => (await LogNewsModel.find().hint({ _id: 1 }).lean()).find(isOfChat);
  await until(async () => (await find()) !== undefined);
  expect(JSON.stringify(await find())).not.toContain('secret');
});

describe('messages', () => {
  it('reach the members on the other node, and the other devices of their sender', async () => {
    const [ann, ben] = [await nodes.person('Ann'), await nodes.person('Ben')];
    const chatId = await nodes.group(ann, [ben]);
    const [annHere, annThere] = [await nodes.socket(nodes.a, ann), await nodes.socket(nodes.b, ann)];
    const benThere = await nodes.socket(nodes.b, ben);
    const ack = await annHere.ask('send_message', { chatId, content: text('across'), tempId: 't1' });
    const { id } = ack.message;
    const isIt = ({ message }: { message: { id: string } }) => message.id === id;
    expect((await benThere.waitFor('new_message', isIt)).message.content).toEqual(text('across'));
    expect((await annThere.waitFor('new_message', isIt)).tempId).toBe('t1');
  });

  it('that both nodes write into one group come to everybody once, in the order of seq', async () => {
    const [ann, ben, cam] = [await nodes.person('Ann'), await nodes.person('Ben'), await nodes.person('Cam')];
    const chatId = await nodes.group(ann, [ben, cam]);
    const sockets = [
      await nodes.socket(nodes.a, ann),
      await nodes.socket(nodes.b, ben),
      await nodes.socket(nodes.a, cam),
      await nodes.socket(nodes.b, cam),
    ];
    await Promise.all(
      oneTo(150).flatMap((n) =>
        sockets
          .slice(0, 2)
          .map((socket) => socket.ask('send_message', { chatId, content: text(`${n}`), tempId: `m${n}` })),
      ),
    );
    for (const socket of sockets) {
      await socket.waitFor('new_message', ({ message }) => message.chatId === chatId && message.seq === 300);
      expect(seqs(socket, chatId)).toEqual(oneTo(300));
    }
  });

  it('may be sent again on the other node and stay one', async () => {
    const ann = await nodes.person('Ann');
    const chatId = await nodes.group(ann, []);
    const body = { chatId, content: text('once'), tempId: 'same' };
    const [first, second] = await Promise.all([
      at(nodes.a, ann).api('POST', '/api/messages', body),
      at(nodes.b, ann).api('POST', '/api/messages', body),
    ]);
    expect(first.body.message.id).toBe(second.body.message.id);
    expect([first.status, second.status].sort()).toEqual([200, 201]);
  });

  it('come to who was added on the other node a moment ago, and no more to who was removed', async () => {
    const [ann, ben, cam] = [await nodes.person('Ann'), await nodes.person('Ben'), await nodes.person('Cam')];
    const chatId = await nodes.group(ann, [ben]);
    const [benThere, camThere] = [await nodes.socket(nodes.b, ben), await nodes.socket(nodes.b, cam)];
    // The other node knows the members now.
    await at(nodes.b, ben).api('POST', '/api/messages', { chatId, content: text('before') });
    await ann.api('POST', `/api/chats/${chatId}/members`, { userIds: [cam.id] });
    await ann.api('DELETE', `/api/chats/${chatId}/members/${ben.id}`);
    const { body } = await ann.api('POST', '/api/messages', { chatId, content: text('after') });
    await camThere.waitFor('new_message', ({ message }) => message.id === body.message.id);
    expect(benThere.heard('chat_removed')).toEqual([{ chatId }]);
    expect(benThere.heard('new_message').map(({ message }) => message.id)).not.toContain(body.message.id);
    const refused = await at(nodes.b, ben).api('POST', '/api/messages', { chatId, content: text('no') });
    expect(refused.status).toBe(404);
  });
});

describe('a node that ended without a word', () => {
  it('is taken over: its sockets go, what it wrote is told and projected, and its lease goes', async () => {
    const [ann, ben] = [await nodes.person('Ann'), await nodes.person('Ben')];
    const chatId = await nodes.group(ann, [ben]);
    const [here, there] = [await nodes.socket(nodes.a, ben), await nodes.socket(nodes.b, ben)];
    const ghost = await ghostLease();
    const newId = createRowIds(ghost);
    const rows = oneTo(3).map((n) => ({
      _id: newId(),
      chatId: toObjectId(chatId),
      seq: n,
      rev: n,
      count: n,
      senderId: toObjectId(ann.id),
      content: text(`${n}`),
      createdAt: new Date(),
    }));
    await MessageModel.collection.insertMany(rows as never);
    await UserModel.updateOne(
      { _id: ann.id },
      {
        $set: {
          socketIds: ['gone'],
          sockets: [{ id: 'gone', node: ghost, deviceId: 'd' }],
          isShownOnline: true,
        },
      },
    );
    for (const socket of [here, there]) {
      await socket.waitFor('new_message', ({ message }) => message.chatId === chatId && message.seq === 3);
      expect(seqs(socket, chatId)).toEqual([1, 2, 3]);
    }
    await until(async () => (await NodeLeaseModel.findById(ghost)) === null);
    expect((await UserModel.findById(ann.id).lean())?.socketIds).toEqual([]);
    expect(await ChatModel.findById(chatId).lean()).toMatchObject({ seq: 3, rev: 3, count: 3 });
    expect(await MembershipModel.findOne({ chatId, userId: ann.id }).lean()).toMatchObject({ readSeq: 3 });
    await until(async () => (await UserModel.findById(ann.id).lean())?.isShownOnline !== true);
  });
});

describe('a node that was taken for ended', () => {
  it('takes a lease anew, writes its sockets down again, and lets its clients connect anew', async () => {
    const ann = await nodes.person('Ann');
    const socket = await nodes.socket(nodes.b, ann);
    const lease = (await NodeLeaseModel.find().sort({ startedAt: 1 }).hint({ _id: 1 }).lean()).at(-1);
    const closed = new Promise((resolve) => socket.once('disconnect', resolve));
    await NodeLeaseModel.deleteOne({ _id: lease?._id });
    expect(await closed).toBe('transport close');
    await until(async () => (await NodeLeaseModel.findById(lease?._id)) !== null);
    const again = await nodes.socket(nodes.b, ann);
    await until(async () => String((await UserModel.findById(ann.id).lean())?.socketIds) === again.id);
  });
});
