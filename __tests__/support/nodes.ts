import type { OtherNodes } from '../../src/journal/other-nodes';
import { NodeLeaseModel } from '../../src/models/node-lease.model';
import { newNodeId } from '../../src/nodes/node-identity';
import { startTestApp, type TestApp } from './app';
import { assertMatchesAsyncapi } from './asyncapi';
import { call, connect, type Person, signUp, type TestSocket } from './client';
import { uniqueDbName } from './mongo';

/** A journal that believes itself alone, whoever else writes. */
export function noOthers(): OtherNodes {
  return { nodeId: newNodeId(), areThere: () => false };
}

export interface TwoNodes {
  a: TestApp;
  b: TestApp;
  person(name: string): Promise<Person>;
  /** Connects a person to one of the nodes; what they hear is held against the AsyncAPI document. */
  socket(node: TestApp, person: Person): Promise<TestSocket>;
  group(owner: Person, members: Person[]): Promise<string>;
  stop(): Promise<void>;
}

/** Two servers on one database, as two processes would be. */
export async function startTwoNodes(env: Record<string, string> = {}): Promise<TwoNodes> {
  const dbName = uniqueDbName('nodes');
  const a = await startTestApp({ dbName, env });
  const b = await startTestApp({ dbName, env });
  const sockets: TestSocket[] = [];
  return {
    a,
    b,
    person: (name) => signUp(a, { name }),
    async socket(node, person) {
      const socket = await connect(node, person);
      sockets.push(socket);
      socket.onAny((event: string, payload: unknown) => assertMatchesAsyncapi(event, payload));
      return socket;
    },
    async group(owner, members) {
      const memberIds = members.map(({ id }) => id);
      return (await owner.api('POST', '/api/chats/group', { name: 'Friends', memberIds })).body.chat.id;
    },
    async stop() {
      for (const socket of sockets) socket.disconnect();
      await b.stop();
      await a.stop();
    },
  };
}

/** The same person, whose requests go to this node. */
export function at(node: TestApp, person: Person): Person {
  const { accessToken: token } = person;
  return { ...person, api: (method, path, body) => call(node.url, method, path, { token, body }) };
}

/** A lease as a node leaves it that ended long ago without a word. */
export async function ghostLease(): Promise<string> {
  const id = newNodeId();
  const long = new Date(Date.now() - 60_000);
  await NodeLeaseModel.create({
    _id: id,
    host: 'elsewhere',
    pid: 1,
    startedAt: long,
    until: long,
    checkpoint: long,
  });
  return id;
}
