import type { DomainEventName, DomainEvents } from '../../src/events/domain-events';
import { createEventBus, type EventBus } from '../../src/events/event-bus';
import { gramsOf } from '../../src/helpers/grams';
import { connectMongo, disconnectMongo } from '../../src/models/connect';
import { createIndexes } from '../../src/models/indexes';
import { DEFAULT_PRIVACY, UserModel, type UserRecord } from '../../src/models/user.model';
import { STRANGERS } from '../../src/policies/contact.policy';
import { borrowDatabase, returnDatabase, testMongoUri } from './mongo';

let serial = 0;

/** Connects a test file to a database of its own, with all indexes, and leaves it at the end. */
export function useDatabase(prefix: string): void {
  let dbName: string;
  beforeAll(async () => {
    dbName = borrowDatabase(prefix);
    await connectMongo(testMongoUri(), dbName);
    await createIndexes();
  });
  afterAll(async () => {
    await disconnectMongo();
    returnDatabase(dbName);
  });
}

/** The fields of a user who just signed up by phone. */
export function userFields(overrides: Partial<UserRecord> = {}): Partial<UserRecord> {
  serial += 1;
  const name = overrides.name ?? `Person ${serial}`;
  return {
    name,
    phoneNumber: `+9199${String(serial).padStart(8, '0')}`,
    phoneVerified: true,
    searchGrams: gramsOf(`${name} ${overrides.username ?? ''}`),
    ...overrides,
  };
}

/** A stored user. */
export async function storeUser(
  overrides: Partial<UserRecord> = {},
): Promise<{ id: string; user: UserRecord }> {
  const created = await UserModel.create(userFields(overrides));
  return { id: String(created._id), user: created.toObject() };
}

/** The stored document of a user as it is now. */
export async function readUser(id: string): Promise<UserRecord> {
  const user = await UserModel.findById(id).lean();
  if (!user) throw new Error(`no user ${id}`);
  return user;
}

/** A bus, and all that went over it. */
export function recordingBus(): { bus: EventBus; heard: Array<[DomainEventName, unknown]> } {
  const heard: Array<[DomainEventName, unknown]> = [];
  const inner = createEventBus((name, error) => heard.push([name, error]));
  const bus: EventBus = {
    on: inner.on,
    emit<Name extends DomainEventName>(name: Name, event: DomainEvents[Name]) {
      heard.push([name, event]);
      inner.emit(name, event);
    },
  };
  return { bus, heard };
}

/** What a stranger's rules look like, changed as a test needs. */
export function facts(
  overrides: Partial<typeof STRANGERS> = {},
  privacy: Partial<typeof DEFAULT_PRIVACY> = {},
) {
  return { ...STRANGERS, ...overrides, otherPrivacy: { ...DEFAULT_PRIVACY, ...privacy } };
}
