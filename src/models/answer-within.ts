import { mongo } from 'mongoose';

/**
 * Gives up waiting for the database after `ms`, as if the connection had been lost: the outcome is unknown. What is given to a
 * connection in the moment in which it breaks can stay without any answer for ever, whatever the driver's own limits are; where one
 * wait holds up all others, it needs an end.
 * @throws MongoNetworkTimeoutError, and whatever `work` throws.
 */
export async function answerWithin<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new mongo.MongoNetworkTimeoutError('The database did not answer in time')),
      ms,
    );
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}
