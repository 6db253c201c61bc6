import { createLogger } from '../../src/config/logger';
import {
  createPushQueue,
  MAX_QUEUED_PUSHES,
  type PushComposer,
  type PushJob,
  type PushQueue,
} from '../../src/delivery/push-queue';
import { createNoPush } from '../../src/providers/push/none';
import type { PushProvider } from '../../src/providers/push/push.port';
import type { PushNote, PushOutcome } from '../../src/types/push-note';

/** A provider that answers when it is told to. */
function heldProvider() {
  const batches: Array<{ notes: readonly PushNote[]; answer: (outcomes: PushOutcome[]) => void }> = [];
  const watchers = new Set<() => void>();
  const provider: PushProvider = {
    name: 'fcm',
    isConfigured: true,
    send: (notes) =>
      new Promise((answer) => {
        batches.push({ notes, answer });
        for (const look of [...watchers]) look();
      }),
    stop: async () => undefined,
  };
  const batch = (n: number) =>
    new Promise<(typeof batches)[number]>((resolve) => {
      const look = () => {
        const found = batches[n];
        if (found) resolve(found);
      };
      watchers.add(look);
      look();
    });
  return { provider, batches, batch };
}

const SENT: PushOutcome = { kind: 'sent' };
const LATER: PushOutcome = { kind: 'later', reason: 'not now' };
const settled: string[] = [];
let held: ReturnType<typeof heldProvider>;
let queue: PushQueue;

beforeEach(() => {
  settled.length = 0;
  held = heldProvider();
  queue = createPushQueue({
    provider: held.provider,
    whoIsElsewhere: async () => () => false,
    dropToken: async () => undefined,
    clock: { now: () => new Date() },
    logger: createLogger({ level: 'silent', isProduction: false }),
  });
});

const text = new WeakMap<PushJob, string>();
const compose: PushComposer = async (jobs) =>
  new Map(
    jobs.map((job) => [
      job,
      {
        token: job.device.token,
        collapseId: job.about,
        data: { text: text.get(job) ?? '' },
        urgency: 'high',
        ttlSeconds: 60,
      },
    ]),
  );

function add(deviceId: string, about: string, words: string, how: Partial<PushJob> = {}): boolean {
  const job: PushJob = {
    device: { userId: 'u', deviceId, token: deviceId, sessionId: undefined },
    about,
    isUrgent: false,
    isAlert: true,
    isReplacing: false,
    decidedAt: new Date(),
    staleAt: new Date(Date.now() + 60_000),
    compose,
    onSettled: (wasSent) => settled.push(`${words} ${wasSent}`),
    ...how,
  };
  text.set(job, words);
  return queue.add(job);
}

const said = (notes: readonly PushNote[]) => notes.map(({ data }) => data.text);

describe('the queue of pushes', () => {
  it('sends what is about one thing one after another, different things together', async () => {
    add('phone', 'chat-1', 'one');
    add('phone', 'chat-1', 'two');
    add('phone', 'chat-2', 'other');
    const first = await held.batch(0);
    expect(said(first.notes)).toEqual(['one', 'other']);
    first.answer([SENT, SENT]);
    const second = await held.batch(1);
    expect(said(second.notes)).toEqual(['two']);
    second.answer([SENT]);
    await queue.stop();
    expect(settled).toEqual(['one true', 'other true', 'two true']);
    expect(queue.size()).toBe(0);
  });

  it('sends at most 100 at once, and four such batches', async () => {
    for (let i = 0; i < 450; i += 1) add(`device-${i}`, 'chat-1', 'hello');
    await held.batch(3);
    expect(held.batches.map(({ notes }) => notes.length)).toEqual([100, 100, 100, 100]);
    held.batches[0]?.answer(Array(100).fill(SENT));
    expect((await held.batch(4)).notes).toHaveLength(50);
  });

  it('lets what is urgent pass a provider that is slow', async () => {
    for (let i = 0; i < 500; i += 1) add(`device-${i}`, 'chat-1', 'hello');
    await held.batch(3);
    add('phone', 'call-1', 'ring', { isUrgent: true });
    expect(said((await held.batch(4)).notes)).toEqual(['ring']);
  });

  it('tries again what failed for now, of what people see and of what only the app hears the newest', async () => {
    add('phone', 'chat-1', 'one');
    const first = await held.batch(0);
    add('phone', 'chat-1', 'two');
    add('phone', 'chat-1', 'clear', { isAlert: false });
    first.answer([LATER]);
    const second = await held.batch(1);
    expect(settled).toEqual(['one false']);
    expect(said(second.notes)).toEqual(['two']);
    second.answer([SENT]);
    expect(said((await held.batch(2)).notes)).toEqual(['clear']);
  });

  it('lets what replaces take the place of what waits', async () => {
    add('phone', 'call-1', 'ring', { isUrgent: true, isReplacing: true });
    const ring = await held.batch(0);
    ring.answer([LATER]);
    add('phone', 'call-1', 'end', { isUrgent: true, isReplacing: true, isAlert: false });
    expect(said((await held.batch(1)).notes)).toEqual(['end']);
    expect(settled).toEqual(['ring false']);
  });

  it('drops what is stale, or needs no words any more, without asking the provider', async () => {
    add('phone', 'chat-1', 'stale', { staleAt: new Date(0) });
    add('phone', 'chat-2', 'read', { compose: async () => new Map() });
    add('phone', 'chat-3', 'news');
    const { notes, answer } = await held.batch(0);
    expect(said(notes)).toEqual(['news']);
    answer([SENT]);
    await queue.stop();
    expect(settled.sort()).toEqual(['news true', 'read false', 'stale false']);
  });

  it('has an end: what finds no room is not taken', () => {
    for (let i = 0; i < MAX_QUEUED_PUSHES; i += 1) expect(add(`device-${i}`, 'chat-1', 'hello')).toBe(true);
    expect(add('phone', 'chat-1', 'too much')).toBe(false);
    expect(queue.size()).toBe(MAX_QUEUED_PUSHES);
  });

  it('answers that it has no provider, where there is none', async () => {
    const none = createNoPush();
    expect(none.isConfigured).toBe(false);
    const note: PushNote = { token: 't', collapseId: 'c', data: {}, urgency: 'high', ttlSeconds: 1 };
    expect(await none.send([note])).toEqual([{ kind: 'refused', reason: expect.any(String) }]);
  });
});
