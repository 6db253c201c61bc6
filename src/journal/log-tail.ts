import { mongo } from 'mongoose';
import type { Logger } from '../config/logger';
import { answerWithin } from '../models/answer-within';
import { LogNewsModel, type LogNewsRecord } from '../models/log-news.model';

const RETRY_AFTER_MS = 500;
const ANSWER_WITHIN_MS = 2500;
/** So long the database holds back an answer that has nothing in it. */
const ASK_EVERY_MS = 1000;
/** Without any answer for this long the stream is taken for broken, whatever the driver thinks of it. */
const SILENT_MS = 10_000;
/** Where much was written since the place it goes on from, the first answer takes its time: from opening to opening it has twice as long. */
const DOUBLINGS_AT_MOST = 5;
/** ChangeStreamFatalError, ChangeStreamHistoryLost, InvalidResumeToken: where it stopped it cannot go on. */
const LOST = [280, 286, 260];

export interface LogTail {
  /** Resolves once nothing that is published from now on is missed. */
  open(): Promise<void>;
  close(): Promise<void>;
}

type Change = mongo.ChangeStreamInsertDocument<LogNewsRecord> | mongo.ChangeStreamInvalidateDocument;
type Stream = mongo.ChangeStream<LogNewsRecord, Change>;

/**
 * Owns the reading of what other nodes wrote: a change stream on the news of their journals, one after the other. It goes on where it
 * stopped when the database was away or the stream fell silent; when that is not possible any more, `onMissed` hears of it and it begins with what comes next.
 */
export function createLogTail(deps: {
  nodeId: string;
  logger: Logger;
  /** The stream waits for it. Must not reject. */
  onNews: (news: LogNewsRecord) => Promise<void>;
  onMissed: () => void;
  silentMs?: number;
}): LogTail {
  const { nodeId, logger, onNews, onMissed, silentMs = SILENT_MS } = deps;
  let from: mongo.ChangeStreamOptions | undefined;
  let stream: Stream | undefined;
  let opening: Promise<void> | undefined;
  let reading: Promise<void> | undefined;
  let isClosed = false;
  /** How many streams, opened one after the other, gave no answer. */
  let silences = 0;

  function watch(): Stream {
    const ofOthers = { operationType: 'insert', 'fullDocument.node': { $ne: nodeId } };
    const match = [{ $match: { $or: [ofOthers, { operationType: 'invalidate' }] } }];
    return LogNewsModel.collection.watch(match, {
      ...from,
      batchSize: 1000,
      maxAwaitTimeMS: ASK_EVERY_MS,
    }) as unknown as Stream;
  }

  async function readOn(): Promise<void> {
    while (!isClosed) {
      try {
        stream = watch();
        await readFrom(stream);
        await closeStream();
      } catch (error) {
        if (!isClosed) await recover(error);
      }
    }
  }

  /** Resolves when the stream is at its end. One that was closed while its answer came says that nothing is new, at once and for ever. */
  async function readFrom(stream: Stream): Promise<void> {
    while (!stream.closed) {
      const patienceMs = silentMs * 2 ** Math.min(silences, DOUBLINGS_AT_MOST);
      const change = await answerWithin(patienceMs, stream.tryNext());
      silences = 0;
      // Where nothing happens the place in the oplog moves on all the same, and is not lost as an old one would be.
      if (change === null) from = stream.resumeToken ? { resumeAfter: stream.resumeToken } : from;
      else if (change.operationType === 'invalidate') return goOnAfterDrop(change._id);
      else {
        await take(change.fullDocument);
        from = { resumeAfter: change._id };
      }
    }
  }

  async function take(news: LogNewsRecord): Promise<void> {
    await onNews(news);
    if (news.isCut) onMissed();
  }

  /** Of a broken connection the end may stay out as well. */
  async function closeStream(): Promise<void> {
    if (stream) await answerWithin(ANSWER_WITHIN_MS, stream.close()).catch(() => undefined);
  }

  async function recover(error: unknown): Promise<void> {
    await closeStream();
    silences = error instanceof mongo.MongoNetworkTimeoutError ? silences + 1 : 0;
    const isLost = LOST.includes(Number((error as { code?: unknown }).code));
    if (isLost) await beginAnew(error);
    else if (!isClosed) await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
  }

  /** The news themselves were removed, with what nobody here had read. */
  function goOnAfterDrop(invalidated: mongo.ResumeToken): void {
    from = { startAfter: invalidated };
    onMissed();
  }

  /** What was told in between nobody here will hear. */
  async function beginAnew(cause: unknown): Promise<void> {
    logger.warn('What other nodes wrote was missed: the oplog does not reach back far enough', { cause });
    from = undefined;
    await beginNow().catch(() => undefined);
    onMissed();
  }

  /** A stream begins when its first answer comes; from a moment named before, nothing in between is left out. */
  async function beginNow(): Promise<void> {
    const answer = LogNewsModel.db.db?.command({ ping: 1 });
    const { operationTime } = (await answerWithin(ANSWER_WITHIN_MS, answer ?? Promise.reject())) as {
      operationTime?: mongo.Timestamp;
    };
    if (operationTime) from = { startAtOperationTime: operationTime };
  }

  async function beginReading(): Promise<void> {
    await beginNow();
    reading = readOn();
  }

  return {
    async open() {
      opening ??= beginReading();
      try {
        await opening;
      } catch (error) {
        opening = undefined;
        throw error;
      }
    },
    async close() {
      isClosed = true;
      await closeStream();
      await reading;
    },
  };
}
