/**
 * The stored state of one address being proved. Every step is one atomic write, so that parallel requests on any nodes
 * count each other: of two sends one wins, no try escapes the count, and a right code is spent once.
 */
import { isDuplicateKey } from '../errors/from-mongo';
import { OtpChallengeModel, type OtpChallengeRecord } from '../models/otp-challenge.model';
import { trusted } from '../models/trusted';

/** Contract section 3: 5 minutes to type it, three tries, a new code at most every 30 s. */
export const OTP_TTL_MS = 5 * 60_000;
export const OTP_RESEND_MS = 30_000;
export const OTP_MAX_ATTEMPTS = 3;

/** What is known of an address, or null. */
export async function findChallenge(address: string): Promise<OtpChallengeRecord | null> {
  return OtpChallengeModel.findById(address).lean();
}

/** True while wrong tries keep the address locked. */
export function isLocked(challenge: OtpChallengeRecord | null, now: Date): boolean {
  return (challenge?.lockedUntil?.getTime() ?? 0) > now.getTime();
}

/**
 * Starts a code unless one was sent in the last 30 s or the address is locked; wrong tries go on counting while the last
 * code still lives, or a new code would buy three new guesses. Gives what was there before, or `refused`.
 */
export async function claimChallenge(
  address: string,
  codeHash: string | null,
  now: Date,
): Promise<OtpChallengeRecord | null | 'refused'> {
  const expiresAt = new Date(now.getTime() + OTP_TTL_MS);
  const isOver = { $or: [{ $lte: ['$expiresAt', now] }, { $ne: ['$lockedUntil', null] }] };
  try {
    return await OtpChallengeModel.findOneAndUpdate(
      {
        _id: address,
        sentAt: trusted({ $lte: new Date(now.getTime() - OTP_RESEND_MS) }),
        lockedUntil: trusted({ $not: { $gt: now } }),
      },
      [
        {
          $set: {
            // A bcrypt hash starts with `$`, which a pipeline would take for a path.
            codeHash: { $literal: codeHash },
            sentAt: now,
            attempts: { $cond: [isOver, 0, { $ifNull: ['$attempts', 0] }] },
            expiresAt,
            lockedUntil: null,
            purgeAt: expiresAt,
          },
        },
      ],
      { updatePipeline: true, upsert: true, returnDocument: 'before' },
    ).lean();
  } catch (error) {
    // The document is there but did not match: too early, or locked.
    if (isDuplicateKey(error)) return 'refused';
    throw error;
  }
}

/** Undoes a claim whose code never left: the earlier code, if any, is good again. Tries counted meanwhile stay counted. */
export async function unclaimChallenge(
  address: string,
  claimedAt: Date,
  before: OtpChallengeRecord | null,
): Promise<void> {
  await OtpChallengeModel.updateOne(
    { _id: address, sentAt: claimedAt },
    {
      $set: {
        codeHash: before?.codeHash ?? null,
        sentAt: before?.sentAt ?? new Date(0),
        expiresAt: before?.expiresAt ?? claimedAt,
      },
    },
  );
}

/**
 * Counts a try, and locks the address with the last one, both before any comparing: a crash or a crowd of parallel tries
 * never yields a fourth guess. Null when there is nothing to try.
 */
export async function countAttempt(
  address: string,
  now: Date,
  lockMs: number,
): Promise<OtpChallengeRecord | null> {
  const lockEnd = new Date(now.getTime() + lockMs);
  const isLast = { $gte: ['$attempts', OTP_MAX_ATTEMPTS - 1] };
  return OtpChallengeModel.findOneAndUpdate(
    {
      _id: address,
      expiresAt: trusted({ $gt: now }),
      attempts: trusted({ $lt: OTP_MAX_ATTEMPTS }),
      lockedUntil: trusted({ $not: { $gt: now } }),
    },
    [
      {
        $set: {
          attempts: { $add: ['$attempts', 1] },
          lockedUntil: { $cond: [isLast, lockEnd, null] },
          purgeAt: { $cond: [isLast, { $max: ['$expiresAt', lockEnd] }, '$purgeAt'] },
        },
      },
    ],
    { updatePipeline: true, returnDocument: 'after' },
  ).lean();
}

/** Gives a try back that could not be compared, with the lock if this one set it. */
export async function uncountAttempt(challenge: OtpChallengeRecord): Promise<void> {
  await OtpChallengeModel.updateOne(
    { _id: challenge._id, sentAt: challenge.sentAt },
    { $inc: { attempts: -1 }, ...(challenge.lockedUntil && { $set: { lockedUntil: null } }) },
  );
}

/** Spends a code that was right, with its lock and resend window; true for exactly one caller. */
export async function consumeChallenge(challenge: OtpChallengeRecord): Promise<boolean> {
  const { _id, sentAt, codeHash } = challenge;
  const deleted = await OtpChallengeModel.deleteOne({ _id, sentAt, codeHash });
  return deleted.deletedCount === 1;
}
