/** The people and conversations that `npm run seed` makes, and how: through the product's services, each step repeatable. */
import type { Services } from '../src/app-services';
import { AppError } from '../src/errors/app-error';
import type { EventBus } from '../src/events/event-bus';
import { MessageModel } from '../src/models/message.model';
import { claimPhone } from '../src/services/phone-owner.service';
import type { Actor } from '../src/types/actor';
import type { Content } from '../src/types/content';

export interface SeedPerson {
  name: string;
  username: string;
  phoneNumber: string;
  bio: string;
}

/** The numbers of seed 000; no numbering plan has them, so they sign in outside production only. */
export const PEOPLE = [
  { name: 'Alice', username: 'alice', phoneNumber: '+911111111111', bio: 'Always on the move' },
  { name: 'Bob', username: 'bob', phoneNumber: '+912222222222', bio: 'Coffee first' },
  { name: 'Charlie', username: 'charlie', phoneNumber: '+913333333333', bio: '' },
] as const satisfies readonly SeedPerson[];

type Name = (typeof PEOPLE)[number]['name'];
type Line = [sender: Name, content: string | Content];

interface Conversation {
  /** Names the lines for good: their idempotency keys are made of it. */
  key: string;
  members: [Name, ...Name[]];
  /** A group has a name, a private chat none. */
  group?: string;
  lines: Line[];
}

const CONVERSATIONS: Conversation[] = [
  {
    key: 'alice-bob',
    members: ['Alice', 'Bob'],
    lines: [
      ['Alice', 'Hi Bob! Are you coming along on Saturday?'],
      ['Bob', 'Sure, when do we start?'],
      ['Alice', 'At nine, at the station 🚉'],
      ['Alice', { type: 'location', latitude: 12.9784, longitude: 77.5718, name: 'City station' }],
      ['Bob', 'Found it. See you there!'],
    ],
  },
  {
    key: 'alice-charlie',
    members: ['Alice', 'Charlie'],
    lines: [
      ['Charlie', 'こんにちは Alice, how was the concert?'],
      ['Alice', 'Wonderful. I will send you the recording.'],
    ],
  },
  {
    key: 'bob-charlie',
    members: ['Bob', 'Charlie'],
    lines: [
      ['Bob', 'Do you still have my umbrella?'],
      ['Charlie', 'I do! I bring it on Saturday.'],
    ],
  },
  {
    key: 'weekend',
    group: 'Weekend trip',
    members: ['Alice', 'Bob', 'Charlie'],
    lines: [
      ['Alice', 'Welcome to the planning committee'],
      ['Bob', 'I take care of the coffee'],
      ['Charlie', 'And I of the music 🎶'],
    ],
  },
];

type Ids = Map<string, string>;

/** Makes what is missing; what the people changed or left since stays as they want it. */
export async function seedWorld(services: Services, bus: EventBus): Promise<void> {
  const ids: Ids = new Map();
  for (const person of PEOPLE) ids.set(person.name, await seedPerson(services, bus, person));
  await seedContacts(services, [...ids.values()]);
  for (const conversation of CONVERSATIONS) await seedConversation(services, ids, conversation);
}

async function seedPerson({ userService }: Services, bus: EventBus, person: SeedPerson): Promise<string> {
  const { userId } = await claimPhone(person.phoneNumber, bus);
  const { name } = await userService.getSelf(userId);
  if (name !== '') return userId;
  await userService.updateProfile(userId, { name: person.name, bio: person.bio });
  // Somebody else may have this username by now; the seed does without.
  await unless('conflict', userService.updateProfile(userId, { username: person.username }));
  return userId;
}

async function seedContacts({ contactService }: Services, ids: string[]): Promise<void> {
  for (const ownerId of ids) {
    for (const userId of ids.filter((id) => id !== ownerId)) {
      await unless('forbidden', contactService.addContact(ownerId, { userId }));
    }
  }
}

async function seedConversation(services: Services, ids: Ids, conversation: Conversation): Promise<void> {
  const lines = conversation.lines.map(([sender, content], index) => ({
    actor: actorOf(idOf(ids, sender)),
    content: typeof content === 'string' ? { type: 'text', text: content } : content,
    tempId: `seed:${conversation.key}:${index}`,
  }));
  const last = lines.at(-1);
  if (!last || (await chatOf(last.actor.userId, last.tempId))) return;
  const chatId = await openChat(services, ids, conversation);
  for (const { actor, content, tempId } of lines) {
    await services.messages.sendMessage(actor, { chatId, content, tempId });
  }
}

/** A group cannot be asked for by its members: that it was made shows in its first line. */
async function openChat({ chats, groups }: Services, ids: Ids, { key, members, group, lines }: Conversation) {
  const [first, ...others] = members.map((name) => idOf(ids, name));
  const actor = actorOf(first ?? '');
  if (group === undefined) return (await chats.openPrivate(actor, others[0] ?? '')).chatId;
  const sender = idOf(ids, lines[0]?.[0] ?? members[0]);
  return (
    (await chatOf(sender, `seed:${key}:0`)) ??
    (await groups.create(actor, { name: group, memberIds: others }))
  );
}

async function chatOf(senderId: string, tempId: string): Promise<string | undefined> {
  const message = await MessageModel.findOne({ senderId, tempId }, { chatId: 1 }).lean();
  return message ? String(message.chatId) : undefined;
}

function idOf(ids: Ids, name: string): string {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`The seed has no ${name}`);
  return id;
}

function actorOf(userId: string): Actor {
  return { userId, sessionId: 'seed', deviceId: 'seed', dialect: 'native' };
}

/** Lets one kind of refusal pass. */
async function unless(code: AppError['code'], work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== code) throw error;
  }
}
