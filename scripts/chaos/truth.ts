/** What the server holds: its log in the database, and what each node shows of it. */
import { mongo } from 'mongoose';
import type { MessageView } from '../../src/presenters/message.presenter';
import type { Client } from './client';
import type { Scene } from './storm';

const AT_ONCE = 16;
const ROWS = { projection: { _id: 1, seq: 1, rev: 1, senderId: 1, tempId: 1, content: 1 } };

export interface LogRow {
  id: string;
  seq: number;
  rev: number;
  senderId: string;
  tempId?: string;
  isSystem: boolean;
}

/** The rows of each chat in the database in order of `rev`; messages have a `seq` above 0, markers of later changes one below. */
export async function readLog({ replicaSet, world }: Scene): Promise<Map<string, LogRow[]>> {
  const messages = replicaSet.client.db('bench_parley').collection('messages');
  const read = async ({ chatId }: { chatId: string }): Promise<[string, LogRow[]]> => {
    const found = await messages
      .find({ chatId: new mongo.ObjectId(chatId) }, ROWS)
      .sort({ rev: 1 })
      .toArray();
    const rows = found.map((row) => ({
      id: String(row._id),
      seq: row.seq as number,
      rev: row.rev as number,
      senderId: String(row.senderId),
      tempId: row.tempId as string | undefined,
      isSystem: row.content?.type === 'system',
    }));
    return [chatId, rows];
  };
  return new Map(await eachOf(world.chats, read));
}

/** Every chat as a node shows it to one of its members, oldest message first. */
export async function readShown(scene: Scene, url: string): Promise<Map<string, MessageView[]>> {
  const byId = new Map(scene.clients.map((client) => [client.person.id, client]));
  const shown = await eachOf(scene.world.chats, async ({ chatId, memberIds }) => {
    const reader = byId.get(memberIds[0] ?? '');
    const messages = reader ? await readChat(reader, url, chatId) : [];
    return [chatId, messages] as const;
  });
  return new Map(shown);
}

async function readChat(reader: Client, url: string, chatId: string): Promise<MessageView[]> {
  const all: MessageView[] = [];
  for (let before = ''; ; ) {
    const path = `/api/chats/${chatId}/messages?limit=100${before}`;
    const { status, body } = await reader.request(url, 'GET', path);
    if (status !== 200) throw new Error(`GET ${path} was answered with ${status}: ${JSON.stringify(body)}`);
    const page = body as { messages: MessageView[]; nextCursor: number | null };
    all.push(...page.messages);
    if (page.nextCursor === null) return all.reverse();
    before = `&before=${page.nextCursor}`;
  }
}

/** Does the work for all, some at a time, and keeps their order. */
export async function eachOf<T, R>(list: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < list.length; at += AT_ONCE)
    results.push(...(await Promise.all(list.slice(at, at + AT_ONCE).map(work))));
  return results;
}
