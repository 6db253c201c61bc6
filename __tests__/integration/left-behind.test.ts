/** What nodes that ended left behind, where those that live have gone on already. */
import { Types } from 'mongoose';
import { createProjections } from '../../src/journal/projections';
import { ChatModel } from '../../src/models/chat.model';
import { MembershipModel } from '../../src/models/membership.model';
import { UserModel } from '../../src/models/user.model';
import { addSocket, endOnline, takeSocketsBut } from '../../src/services/presence-store';
import { captureLog } from '../support/log-capture';
import { startWorld, type World } from '../support/native-world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

it('moves the watermark of a sender whose message is noted after a later one', async () => {
  const [ann, ben] = [await world.person('Ann'), await world.person('Ben')];
  const chatId = await world.group(ann, [ben]);
  const row = (senderId: string, seq: number) => ({
    _id: new Types.ObjectId(),
    chatId: new Types.ObjectId(chatId),
    senderId: new Types.ObjectId(senderId),
    content: { type: 'text' as const, text: 'late' },
    createdAt: new Date(),
    seq,
    rev: seq,
    count: seq,
  });
  const projections = createProjections(captureLog({ isProduction: true }).logger);
  projections.rowsWritten([row(ben.id, 2)]);
  projections.rowsWritten([row(ann.id, 1)]);
  await projections.settle([chatId]);
  await projections.stop();
  const readSeq = async (userId: string) =>
    (await MembershipModel.findOne({ chatId, userId }).lean())?.readSeq;
  expect([await readSeq(ann.id), await readSeq(ben.id)]).toEqual([1, 2]);
  expect(await ChatModel.findById(chatId).lean()).toMatchObject({ seq: 2, rev: 2, count: 2 });
});

it('takes away the socket of a node that is gone from somebody who has one on a node that lives', async () => {
  const { id } = await world.person('Cam');
  const sockets = ['gone', 'lives'].map((node) => ({
    id: `on-${node}`,
    node,
    deviceId: 'd',
    sessionId: 's',
  }));
  await UserModel.updateOne(
    { _id: id },
    { $set: { sockets, socketIds: sockets.map((socket) => socket.id) } },
  );
  await takeSocketsBut(['lives']);
  const left = await UserModel.findById(id).lean();
  expect([left?.socketIds, left?.sockets?.map(({ node }) => node)]).toEqual([['on-lives'], ['lives']]);
});

it('announces who connects while the end of their time away is being written', async () => {
  const { id: userId } = await world.person('Dee');
  await UserModel.updateOne({ _id: userId }, { isAway: true });
  const update = UserModel.findOneAndUpdate.bind(UserModel);
  const spy = jest.spyOn(UserModel, 'findOneAndUpdate');
  // The end comes after the socket found somebody who is away, and before it is noted.
  spy.mockImplementation(((...args: Parameters<typeof update>) => {
    if (args[0] && 'isAway' in args[0]) return update(...args);
    spy.mockRestore();
    return { lean: () => endOnline(userId).then(() => update(...args).lean()) };
  }) as never);
  const socket = { userId, deviceId: 'd', sessionId: 's', socketId: 'late' };
  expect(await addSocket(socket, 'node', new Date())).toBe(true);
  expect(await UserModel.findById(userId).lean()).toMatchObject({ socketIds: ['late'], isShownOnline: true });
});
