import { ActivityDayModel } from '../../src/models/activity-day.model';
import type { MessageRecord } from '../../src/models/message.model';
import { newObjectId } from '../../src/models/object-id';
import { createActivityService } from '../../src/services/activity.service';
import type { Roster } from '../../src/services/roster.types';
import { movableClock } from '../support/auth-harness';
import { recordingBus, useDatabase } from '../support/user-fixtures';

useDatabase('activity');

function setUp() {
  const clock = movableClock();
  const [ann, ben, chatId] = [newObjectId(), newObjectId(), newObjectId()];
  let isDown = false;
  const service = createActivityService({
    bus: recordingBus().bus,
    clock,
    isConnected: () => false,
    rosters: {
      async get() {
        if (isDown) throw new Error('the database is away');
        return { memberIds: [String(ann), String(ben)] } as unknown as Roster;
      },
    },
  });
  const say = (senderId: typeof ann) =>
    service.noteMessages([
      { chatId, senderId, createdAt: clock.now(), content: { type: 'text', text: 'x' } } as MessageRecord,
    ]);
  const totals = async (userId: typeof ann) => {
    const { days } = await service.listDays(String(userId), 30);
    return days.map(({ sent, received }) => ({ sent, received }));
  };
  return {
    service,
    clock,
    ann,
    ben,
    say,
    totals,
    down: (to: boolean) => {
      isDown = to;
    },
  };
}

describe('the writing of activity', () => {
  it('keeps what could not be written for the next time, once', async () => {
    const { service, ann, ben, say, totals, down } = setUp();
    say(ann);
    down(true);
    await expect(service.flush()).rejects.toThrow('away');
    say(ann);
    await expect(service.flush()).rejects.toThrow('away');
    down(false);
    say(ben);
    await service.flush();
    expect(await totals(ann)).toEqual([{ sent: 2, received: 1 }]);
    expect(await totals(ben)).toEqual([{ sent: 1, received: 2 }]);
  });

  it('adds to the day what is written later, and begins a new one at midnight', async () => {
    const { service, clock, ann, say, totals } = setUp();
    say(ann);
    await service.flush();
    say(ann);
    await service.flush();
    clock.advance(86_400_000);
    say(ann);
    expect(await totals(ann)).toEqual([
      { sent: 2, received: 0 },
      { sent: 1, received: 0 },
    ]);
  });

  it('writes nothing when nothing happened', async () => {
    const { service } = setUp();
    const before = await ActivityDayModel.estimatedDocumentCount();
    await service.flush();
    await service.stop();
    expect(await ActivityDayModel.estimatedDocumentCount()).toBe(before);
  });
});
