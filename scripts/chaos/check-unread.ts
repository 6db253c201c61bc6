import { mongo } from 'mongoose';
import type { ChatView } from '../../src/presenters/chat.presenter';
import type { Client } from './client';
import { NODE_NAMES } from './plan';
import type { Scene } from './storm';
import { eachOf, type LogRow } from './truth';

interface Watermark {
  readSeq: number;
  joinedSeq: number;
}

/** Unread counts against a recount of the log, and reading that was acknowledged against what is stored. */
export async function checkUnread(scene: Scene, log: ReadonlyMap<string, LogRow[]>): Promise<void> {
  await eachOf(scene.clients, async (client) => {
    const marks = await readWatermarks(scene, client);
    for (const name of NODE_NAMES) {
      const { body } = await client.request(scene.nodes.urlOf(name), 'GET', '/api/chats?limit=100');
      const { chats } = body as { chats: ChatView[] };
      for (const chat of chats) {
        const counted = recount(client.person.id, log.get(chat.id) ?? [], marks.get(chat.id));
        if (chat.unreadCount !== counted)
          scene.tally.fault(
            'diverged',
            `node ${name} says ${chat.unreadCount} unread to ${client.person.id} in ${chat.id}, counted are ${counted}`,
          );
      }
    }
    for (const [chatId, seq] of client.read)
      if ((marks.get(chatId)?.readSeq ?? 0) < seq)
        scene.tally.fault(
          'lost',
          `${client.person.id} read ${chatId} up to ${seq}, acknowledged and not stored`,
        );
  });
}

function recount(userId: string, rows: readonly LogRow[], mark: Watermark | undefined): number {
  const from = Math.max(mark?.readSeq ?? 0, mark?.joinedSeq ?? 0);
  return rows.filter((row) => row.seq > from && row.senderId !== userId && !row.isSystem).length;
}

async function readWatermarks(
  { replicaSet, world }: Scene,
  { person }: Client,
): Promise<Map<string, Watermark>> {
  const userId = new mongo.ObjectId(person.id);
  const found = await replicaSet.client
    .db('bench_parley')
    .collection<Watermark & { chatId: mongo.ObjectId }>('memberships')
    .find({ userId, chatId: { $in: world.chatsOf(person.id).map((id) => new mongo.ObjectId(id)) } })
    .toArray();
  return new Map(found.map(({ chatId, readSeq, joinedSeq }) => [String(chatId), { readSeq, joinedSeq }]));
}
