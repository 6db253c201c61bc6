import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '../config/logger';
import { createKeyedQueue } from '../helpers/keyed-queue';
import { type IndexTask, indexChanges, readProgress } from './search-chunks';

/** Changes taken in between two breaths, a few chunks' worth: small, because a send may be waiting for the processor. */
const STEP_CHANGES = 256;
const STEP_CHATS = 25;
const BACKGROUND_EVERY_MS = 200;
const BACKGROUND_CHANGES = 512;
/** Above this share of a processor's time the background waits, but not for ever. */
const BUSY_UTILIZATION = 0.6;
const MAX_WAITS = 10;
const MAX_NOTED_CHATS = 10_000;

/** A chat and the rev its log has reached. */
export interface IndexTarget {
  chatId: string;
  rev: number;
}

/**
 * Owns the search chunks' keeping up with the log. Sending a message costs nothing here: a search takes in what is missing
 * before it looks; what is too much for that goes on in the background, in small steps and gently while the node is busy.
 * What a crash interrupts is simply done by a later search.
 */
export interface SearchIndexer {
  /** Takes in up to about `budget` changes; resolves to how far each chat is then, by rev. */
  catchUp(targets: readonly IndexTarget[], budget: number): Promise<Map<string, number>>;
  /** Takes the rest in behind the scenes. */
  goOn(targets: readonly IndexTarget[]): void;
  stop(): Promise<void>;
}

export function createSearchIndexer(deps: { logger: Logger }): SearchIndexer {
  const turns = createKeyedQueue();
  const left = new Map<string, IndexTarget>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isRunning = false;
  let isStopped = false;
  let waits = 0;
  let usage = performance.eventLoopUtilization();

  async function catchUp(targets: readonly IndexTarget[], budget: number): Promise<Map<string, number>> {
    const progress = await readProgress(targets.map(({ chatId }) => chatId));
    if (!targets.some((target) => isBehind(target, progress))) return progress;
    // One at a time: who waited finds most of the work done.
    return turns('index', () => takeIn(targets, budget));
  }

  async function takeIn(targets: readonly IndexTarget[], budget: number): Promise<Map<string, number>> {
    const progress = await readProgress(targets.map(({ chatId }) => chatId));
    let behind = targets.filter((target) => isBehind(target, progress));
    for (let rest = budget; rest > 0 && behind.length > 0 && !isStopped; rest -= STEP_CHANGES) {
      const tasks = nextTasks(behind, progress);
      const reached = await indexChanges(tasks);
      const stuck = new Set(tasks.map(({ chatId }) => chatId).filter((chatId) => !reached.has(chatId)));
      for (const [chatId, rev] of reached) progress.set(chatId, rev);
      behind = behind.filter((target) => !stuck.has(target.chatId) && isBehind(target, progress));
      await nextTurn();
    }
    return progress;
  }

  async function workInBackground(): Promise<void> {
    const targets = [...left.values()].slice(0, STEP_CHATS);
    const progress = await catchUp(targets, BACKGROUND_CHANGES);
    for (const { chatId, rev } of targets) {
      // The last few are no work for a search.
      if (rev - (progress.get(chatId) ?? 0) < STEP_CHANGES) left.delete(chatId);
    }
  }

  function isBusy(): boolean {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, usage);
    usage = now;
    waits = utilization > BUSY_UTILIZATION && waits < MAX_WAITS ? waits + 1 : 0;
    return waits > 0;
  }

  function tick(): void {
    timer = undefined;
    if (isBusy()) {
      schedule();
      return;
    }
    isRunning = true;
    running = workInBackground()
      .catch((error) => {
        // Whoever searches next makes it go on.
        left.clear();
        deps.logger.warn('The search index could not be brought up to date', { cause: error });
      })
      .finally(() => {
        isRunning = false;
        schedule();
      });
  }

  function schedule(): void {
    if (isStopped || left.size === 0 || timer || isRunning) return;
    timer = setTimeout(tick, BACKGROUND_EVERY_MS).unref();
  }

  return {
    catchUp,
    goOn(targets) {
      for (const target of targets) if (left.size < MAX_NOTED_CHATS) left.set(target.chatId, target);
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
