import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '../config/logger';
import type { EventBus } from '../events/event-bus';
import { createKeyedQueue } from '../helpers/keyed-queue';
import { ChatModel } from '../models/chat.model';
import { trusted } from '../models/trusted';
import { type IndexTask, indexChanges, readProgress } from './search-chunks';

/** Changes taken in between two breaths: small, because a send may be waiting for the processor. */
const STEP_CHANGES = 200;
const STEP_CHATS = 25;
const BACKGROUND_EVERY_MS = 1000;
/** In the background only this much a second, and only when this node has written nothing for a while. */
const BACKGROUND_CHANGES = 600;
const QUIET_MS = 5000;
const MAX_NOTED_CHATS = 10_000;

/** A chat and the rev its log has reached. */
export interface IndexTarget {
  chatId: string;
  rev: number;
}

/**
 * Owns the search chunks' keeping up with the log. Sending a message costs nothing here: a search takes in what is missing
 * before it looks, and a background step does so while the node is idle. What a crash interrupts is simply done later.
 */
export interface SearchIndexer {
  /** Takes in up to about `budget` changes; resolves to how far each chat is then, by rev. */
  catchUp(targets: readonly IndexTarget[], budget: number): Promise<Map<string, number>>;
  /** Takes a chat in during the next idle moments. */
  note(chatId: string): void;
  start(): void;
  stop(): Promise<void>;
}

export function createSearchIndexer(deps: { bus: EventBus; logger: Logger }): SearchIndexer {
  const { bus, logger } = deps;
  const turns = createKeyedQueue();
  const noted = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;
  let lastWriteMs = 0;

  function note(chatId: string): void {
    if (noted.size < MAX_NOTED_CHATS) noted.add(chatId);
  }

  async function catchUp(targets: readonly IndexTarget[], budget: number): Promise<Map<string, number>> {
    const progress = await readProgress(targets.map(({ chatId }) => chatId));
    if (!targets.some((target) => isBehind(target, progress))) return progress;
    // One at a time: who waited finds most of the work done.
    return turns('index', () => takeIn(targets, budget));
  }

  async function takeIn(targets: readonly IndexTarget[], budget: number): Promise<Map<string, number>> {
    const progress = await readProgress(targets.map(({ chatId }) => chatId));
    let behind = targets.filter((target) => isBehind(target, progress));
    for (let left = budget; left > 0 && behind.length > 0 && !isStopped; left -= STEP_CHANGES) {
      const tasks = nextTasks(behind, progress);
      const reached = await indexChanges(tasks);
      for (const { chatId } of tasks) progress.set(chatId, reached.get(chatId) ?? Number.POSITIVE_INFINITY);
      behind = behind.filter((target) => isBehind(target, progress));
      await nextTurn();
    }
    return progress;
  }

  async function workInBackground(): Promise<void> {
    const chatIds = [...noted].slice(0, STEP_CHATS);
    const chats = await ChatModel.find({ _id: trusted({ $in: chatIds }) }, { rev: 1 }).lean();
    const targets = chats.map(({ _id, rev }) => ({ chatId: String(_id), rev }));
    const progress = await catchUp(targets, BACKGROUND_CHANGES);
    for (const chatId of chatIds) noted.delete(chatId);
    for (const target of targets) if (isBehind(target, progress)) noted.add(target.chatId);
  }

  function tick(): void {
    if (noted.size > 0 && Date.now() - lastWriteMs > QUIET_MS) {
      running = workInBackground().catch((error) => {
        logger.warn('The search index could not be brought up to date; it will be tried again', {
          cause: error,
        });
      });
    }
    void running.then(schedule);
  }

  function schedule(): void {
    if (!isStopped) timer = setTimeout(tick, BACKGROUND_EVERY_MS).unref();
  }

  return {
    catchUp,
    note,
    start() {
      bus.on('messages.created', ({ messages }) => {
        lastWriteMs = Date.now();
        for (const { chatId } of messages) note(String(chatId));
      });
      schedule();
    },
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

function isBehind({ chatId, rev }: IndexTarget, progress: ReadonlyMap<string, number>): boolean {
  return rev > (progress.get(chatId) ?? 0);
}

/** As many chats as fit into one step; a chat that is far behind takes a step alone. */
function nextTasks(behind: readonly IndexTarget[], progress: ReadonlyMap<string, number>): IndexTask[] {
  const tasks: IndexTask[] = [];
  let left = STEP_CHANGES;
  for (const { chatId, rev } of behind) {
    if (left <= 0 || tasks.length === STEP_CHATS) break;
    const fromRev = progress.get(chatId) ?? 0;
    tasks.push({ chatId, fromRev, limit: left });
    left -= rev - fromRev;
  }
  return tasks;
}
