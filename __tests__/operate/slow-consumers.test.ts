import type { Socket as TcpSocket } from 'node:net';
import type { Person, TestSocket } from '../support/client';
import { startWorld, type World } from '../support/native-world';

let world: World;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  world = await startWorld();
  alice = await world.person('Alice');
  bob = await world.person('Bob');
});
afterAll(() => world.stop());

/** A device of Bob's that reads no more, as one whose network swallows everything. */
async function deafDevice(): Promise<TestSocket> {
  const socket = await world.socket(bob);
  const { ws } = socket.io.engine.transport as unknown as { ws: { _socket: TcpSocket } };
  ws._socket.pause();
  return socket;
}

async function flood(sender: TestSocket, chatId: string, until: () => boolean): Promise<void> {
  const text = 'x'.repeat(4000);
  // Enough to fill what the kernel takes for a connection, and then what the server lets wait.
  for (let round = 0; round < 200 && !until(); round += 1) {
    const sends = Array.from({ length: 50 }, () =>
      sender.ask('send_message', { chatId, content: { type: 'text', text } }),
    );
    await Promise.all(sends);
  }
}

it('cuts off a client that does not read, while the others go on hearing everything', async () => {
  const chatId = await world.privateChat(alice, bob);
  const sender = await world.socket(alice);
  const deaf = await deafDevice();
  let isCut = false;
  const cut = new Promise<void>((resolve) =>
    world.app.bus.on('connection.closed', ({ userId }) => {
      isCut ||= userId === bob.id;
      if (isCut) resolve();
    }),
  );
  await flood(sender, chatId, () => isCut);
  await cut;
  const healthy = await world.socket(bob);
  const heard = new Promise<{ message: { content: { text: string } } }>((resolve) =>
    healthy.once('new_message', resolve),
  );
  await sender.ask('send_message', { chatId, content: { type: 'text', text: 'still here' } });
  expect((await heard).message.content.text).toBe('still here');
  deaf.disconnect();
});
