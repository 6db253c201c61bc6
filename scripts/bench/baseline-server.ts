/**
 * Both baselines of design section 8 as a process of its own: a bare Socket.IO relay that speaks the few native events
 * of the bench with frames as large as Parley's. With `MONGO_URI` it is baseline (b): acknowledgement and delivery
 * follow a group-committed insert. Whoever connects is believed, and there is one room a chat.
 */
import { createServer } from 'node:http';
import { mongo } from 'mongoose';
import { Server, type Socket } from 'socket.io';
import { createGroupCommit, type GroupCommit } from './group-commit';

interface SendInput {
  chatId: string;
  content: { type: 'text'; text: string };
  tempId: string;
}

type Ack = (answer: object) => void;

async function main(): Promise<void> {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], serveClient: false });
  const store = process.env.MONGO_URI ? await openStore(process.env.MONGO_URI) : undefined;
  // Parley's sending socket hears its own message too (contract section 5); without the echo the relay does less.
  const hasEcho = process.env.BENCH_ECHO !== 'off';
  io.on('connection', (socket) => serve(io, socket, store, hasEcho));
  http.listen(Number(process.env.PORT), '127.0.0.1');
}

async function openStore(uri: string): Promise<GroupCommit> {
  const client = await new mongo.MongoClient(uri).connect();
  return createGroupCommit(client.db(process.env.dbName).collection('messages'));
}

function serve(io: Server, socket: Socket, store: GroupCommit | undefined, hasEcho: boolean): void {
  const senderId = String(socket.handshake.auth.token);
  let seq = 0;
  socket.on('join_chat', async ({ chatId }: { chatId: string }, ack: Ack) => {
    await socket.join(chatId);
    ack({ ok: true });
  });
  socket.on('send_message', (input: SendInput, ack: Ack) => {
    seq += 1;
    const id = new mongo.ObjectId();
    const createdAt = new Date();
    const deliver = (): void => {
      const message = present(id.toHexString(), senderId, seq, createdAt, input);
      ack({ ok: true, message });
      const room = hasEcho ? io.to(input.chatId) : socket.to(input.chatId);
      room.emit('new_message', { message, tempId: input.tempId });
    };
    if (!store) return deliver();
    const { chatId, content, tempId } = input;
    store.add({ _id: id, chatId, seq, senderId, tempId, content, createdAt }, deliver);
  });
}

/** Field by field what Parley sends (contract section 4), so that frames are of one size. */
function present(id: string, senderId: string, seq: number, createdAt: Date, input: SendInput): object {
  const { chatId, content, tempId } = input;
  const numbers = { id, chatId, seq, rev: seq, senderId };
  const extras = { replyTo: null, forwardedFrom: null, reactions: [], status: 'sent', tempId };
  return {
    ...numbers,
    content,
    ...extras,
    createdAt: createdAt.toISOString(),
    editedAt: null,
    deletedAt: null,
  };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
