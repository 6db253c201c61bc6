/** What a client does from moment to moment, chosen by its own stream of choices. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from './client';
import type { Draft } from './outbox';
import type { Random } from './random';

const EMOJI = ['👍', '❤️', '😂'];
/** Mean time between two things that a client does. */
const PAUSE_MS = 4_000;
const AWAY_MS = 3_000;

type Habit = (client: Client, chatId: string, random: Random, draft: () => Draft) => Promise<void> | void;

/** With how often each is done, out of their sum. */
const HABITS: ReadonlyArray<readonly [number, Habit]> = [
  [52, (client, _chatId, _random, draft) => client.write(draft())],
  [5, sendTwice],
  [5, sendAndCut],
  [14, (client, chatId) => client.markRead(chatId)],
  [6, change],
  [5, (client) => client.line.cut()],
  [3, leaveForAWhile],
  [10, (client, chatId) => type(client, chatId)],
];
const TOTAL = HABITS.reduce((sum, [weight]) => sum + weight, 0);

/** Lives until `isOver`, doing one thing after the other. */
export async function live(
  client: Client,
  life: { chatIds: readonly string[]; name: string; random: Random; isOver: () => boolean },
): Promise<void> {
  const { chatIds, name, random, isOver } = life;
  let written = 0;
  await delay(random.below(PAUSE_MS));
  while (!isOver()) {
    // All choices of a step are made before anything is waited for.
    const chatId = random.pick(chatIds);
    const habit = pickHabit(random);
    const pauseMs = random.below(2 * PAUSE_MS);
    const draft = (): Draft => {
      written += 1;
      return {
        chatId,
        tempId: `${name}-${written}`,
        content: { type: 'text', text: `${name} says ${written}` },
      };
    };
    const doing = Promise.resolve(habit(client, chatId, random, draft));
    // What fails because the connection or the node is gone is part of the run.
    await Promise.all([doing.catch(() => undefined), delay(pauseMs)]);
  }
}

function pickHabit(random: Random): Habit {
  let left = random.below(TOTAL);
  for (const [weight, habit] of HABITS) {
    if (left < weight) return habit;
    left -= weight;
  }
  throw new Error('the weights do not add up');
}

/** As a client does that believes the first try lost: over the other node, while the first is on its way. */
function sendTwice(client: Client, _chatId: string, _random: Random, draft: () => Draft): Promise<void> {
  const message = draft();
  client.write(message);
  return client.repeatElsewhere(message);
}

/** The acknowledgement is lost with the connection. */
function sendAndCut(client: Client, _chatId: string, random: Random, draft: () => Draft): void {
  client.write(draft());
  setTimeout(() => client.line.cut(), random.below(20));
}

async function leaveForAWhile(client: Client, _chatId: string, random: Random): Promise<void> {
  const awayMs = random.below(2 * AWAY_MS);
  client.line.close();
  await delay(awayMs);
  client.line.open();
}

/** Edits, deletes or reacts. */
async function change(client: Client, chatId: string, random: Random): Promise<void> {
  const kind = random.below(3);
  const place = random.next();
  const emoji = random.pick(EMOJI);
  const all = client.copy.inOrder(chatId).filter(({ content }) => content?.type === 'text');
  const own = all.filter(({ senderId }) => senderId === client.person.id);
  const among = kind === 2 ? all : own;
  const message = among[Math.floor(place * among.length)];
  if (!message) return;
  const messageId = message.id;
  if (kind === 0)
    await client.line.ask('edit_message', {
      messageId,
      newContent: { type: 'text', text: `edited ${emoji}` },
    });
  else if (kind === 1) await client.line.ask('delete_message', { messageId, deleteForEveryone: true });
  else await client.line.ask('add_reaction', { messageId, emoji });
}

async function type(client: Client, chatId: string): Promise<void> {
  await client.line.ask('typing_start', { chatId });
  await client.line.ask('typing_stop', { chatId });
}
