import { MembershipModel } from '../../src/models/membership.model';
import { MessageModel } from '../../src/models/message.model';
import { toObjectId } from '../../src/models/object-id';
import { cursorsSince, withMargin } from '../../src/services/sync-cursors';
import { examinedBy } from '../support/examined';
import { buildChat, newId, text } from '../support/journal';
import { useDatabase } from '../support/user-fixtures';

const COUNT = 3000;
const STARTED_MS = Date.parse('2026-01-01T00:00:00.000Z');
const MINUTE_MS = 60_000;
const MARGIN_MS = -withMargin(new Date(0)).getTime();

useDatabase('sync');
let chatId: string;
let userId: string;
beforeAll(async () => {
  userId = newId();
  chatId = await buildChat([userId]);
  await MembershipModel.updateOne({ userId }, { joinedAt: new Date(STARTED_MS - 1) });
  const rows = Array.from({ length: COUNT }, (_, i) => ({
    chatId: toObjectId(chatId),
    seq: i + 1,
    rev: i + 1,
    count: i + 1,
    senderId: toObjectId(userId),
    content: text(`message ${i + 1}`),
    createdAt: new Date(STARTED_MS + i * MINUTE_MS),
  }));
  await MessageModel.insertMany(rows);
});

async function cursorAt(sinceMs: number): Promise<number | undefined> {
  const memberships = await MembershipModel.find({ userId }).lean();
  const heads = new Map([[chatId, { seq: COUNT, rev: COUNT, count: COUNT }]]);
  return (await cursorsSince(new Date(sinceMs), memberships, heads)).get(chatId);
}

describe('sync by a time', () => {
  it('costs little however long ago it was, as everybody may ask for it', async () => {
    const examined = await examinedBy(/messages$/, () => cursorAt(STARTED_MS + 10 * MINUTE_MS));
    expect(examined).toBeGreaterThan(0);
    expect(examined).toBeLessThan(100);
  });

  it('begins with the first change of that time, or a few seconds before', async () => {
    for (const i of [1, 2, 3, 10, 1234, COUNT - 2, COUNT - 1]) {
      expect(await cursorAt(STARTED_MS + i * MINUTE_MS + MARGIN_MS)).toBe(i);
      expect(await cursorAt(STARTED_MS + i * MINUTE_MS + MARGIN_MS + 1)).toBe(i + 1);
    }
    expect(await cursorAt(STARTED_MS + COUNT * MINUTE_MS)).toBe(COUNT);
    expect(await cursorAt(STARTED_MS + MARGIN_MS - 1)).toBeUndefined();
  });
});
