import type { Logger } from '../config/logger';
import { createRepeater, type Repeater } from '../helpers/repeater';
import { MediaModel } from '../models/media.model';
import { trusted } from '../models/trusted';
import type { MediaStore } from '../providers/media/media.port';
import type { MediaUse } from '../services/media-library.types';
import type { Clock } from '../types/clock';

const EVERY_MS = 10_000;
const PER_RUN = 200;

/**
 * Removes files that nothing refers to any more: bytes first, the row last, so that what fails is found again. A file that is in use is
 * left alone until somebody lets go of it; one that never was used has had its day.
 */
export function createMediaRemoval(deps: {
  store: MediaStore;
  uses: readonly MediaUse[];
  clock: Clock;
  logger: Logger;
  isMine: () => boolean;
}): Repeater & {
  /** One round; resolves with the number of files that went. */
  run(): Promise<number>;
} {
  const { store, uses, clock, logger, isMine } = deps;

  async function run(): Promise<number> {
    const due = await MediaModel.find({ reconsiderAt: trusted({ $lte: clock.now() }) })
      .sort({ reconsiderAt: 1 })
      .limit(PER_RUN)
      .lean();
    const ids = due.filter(({ state }) => state === 'ready').map(({ _id }) => String(_id));
    const used = new Set<string>();
    for (const use of ids.length > 0 ? uses : []) for (const id of await use.inUse(ids)) used.add(id);
    const ends = await endsOf([...used]);
    let removed = 0;
    const failures: unknown[] = [];
    for (const { _id, kind, storageKey, reconsiderAt } of due) {
      // Only if nobody asked for another look meanwhile.
      const same = { _id, reconsiderAt };
      if (used.has(String(_id))) {
        const again = ends.get(String(_id));
        await MediaModel.updateOne(
          same,
          again ? { $set: { reconsiderAt: again } } : { $unset: { reconsiderAt: '' } },
        );
        continue;
      }
      try {
        await store.remove(storageKey, kind);
        await store.remove(`${storageKey}-t`, 'image');
        removed += (await MediaModel.deleteOne(same)).deletedCount;
      } catch (error) {
        failures.push(error);
        const later = new Date(clock.now().getTime() + 60_000);
        await MediaModel.updateOne(same, { $set: { reconsiderAt: later } });
      }
    }
    if (failures.length > 0) throw failures[0];
    return removed;
  }

  /** When the first of the uses that end by themselves does; the others may go on. */
  async function endsOf(ids: readonly string[]): Promise<Map<string, Date>> {
    const ends = new Map<string, Date>();
    for (const use of ids.length > 0 ? uses : []) {
      for (const [id, at] of (await use.endsAt?.(ids)) ?? []) {
        const known = ends.get(id);
        if (!known || at < known) ends.set(id, at);
      }
    }
    return ends;
  }

  const repeater = createRepeater({
    everyMs: EVERY_MS,
    isMine,
    run,
    onError: (cause) =>
      logger.warn('Files that are not needed could not be removed; trying again', { cause }),
  });
  return { ...repeater, run };
}
