/**
 * The states of a request, and what moves them. The truth is on the side of who was asked: `pending`, `incoming`. The asker's side
 * shows `pending`, `outgoing`, unless the other stands in their address book already.
 *
 *   nothing --request--> pending --accept, or asked the other way round--> both accepted
 *   pending --reject, withdraw, block--> nothing
 *   the other has the asker as a contact --request--> both accepted
 */
import { REQUEST_AGAIN_AFTER_MS } from '../config/limits';
import { AppError, forbidden, notFound } from '../errors/app-error';
import type { ContactParties } from '../events/domain-events';
import type { ContactRecord } from '../models/contact.model';
import { type ClientSession, inTransaction } from '../models/transaction';
import { assertMayRequestContact } from '../policies/contact.policy';
import { isAsked, type Pair, type PairChange, readPair, writeSide } from './contact-sides';
import { toRelation } from './relation.service';

/** What asking comes to: nothing new, a request, or both being contacts. */
function stepOf({ mine, theirs }: Pair): 'there' | 'ask' | 'accept' {
  const [isMine, isTheirs] = [mine?.status === 'accepted', theirs?.status === 'accepted'];
  if ((isMine && isTheirs) || isAsked(theirs)) return 'there';
  return isTheirs || isAsked(mine) ? 'accept' : 'ask';
}

/** True when asking would make a request that was not there, which the other hears of. */
export function isNews(pair: Pair): boolean {
  return stepOf(pair) === 'ask';
}

/** Who was rejected asks again a day later at the earliest. @throws rate_limited. */
export function assertMayAskAgain({ theirs }: Pair, now: Date): void {
  if (!theirs?.rejectedAt) return;
  const waitMs = theirs.rejectedAt.getTime() + REQUEST_AGAIN_AFTER_MS - now.getTime();
  if (waitMs <= 0) return;
  throw new AppError('rate_limited', 'This person rejected your contact request; ask again later', {
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  });
}

export interface RequestResult extends PairChange {
  /** The asker's own side, as it is then. */
  mine: ContactRecord;
  told?: { name: 'contact.requested' | 'contact.accepted'; parties: ContactParties };
}

/** Asks, or accepts what crosses it. @throws forbidden on a block, rate_limited soon after a rejection. */
export function makeRequest(ownerId: string, userId: string, now: Date): Promise<RequestResult> {
  return inTransaction(async (session) => {
    const before = await readPair(ownerId, userId, session);
    assertMayRequestContact(toRelation(before.mine, before.theirs));
    const step = stepOf(before);
    if (step === 'there' && before.mine) return { mine: before.mine, before, sides: [] };
    if (step === 'accept') {
      const [requesterId, addresseeId] = isAsked(before.mine) ? [userId, ownerId] : [ownerId, userId];
      const sides = await acceptBoth(ownerId, userId, session);
      return {
        mine: sides[0],
        before,
        sides,
        told: { name: 'contact.accepted', parties: { requesterId, addresseeId } },
      };
    }
    assertMayAskAgain(before, now);
    const inBook = before.mine?.status === 'accepted';
    const asking = { status: 'pending', direction: 'outgoing', requestedAt: now, rejectedAt: null } as const;
    const asked = { ...asking, direction: 'incoming', viewedAt: null } as const;
    const mine = await writeSide(ownerId, userId, inBook ? { rejectedAt: null } : asking, session);
    const theirs = await writeSide(userId, ownerId, asked, session);
    return {
      mine,
      before,
      sides: [mine, theirs],
      told: { name: 'contact.requested', parties: { requesterId: ownerId, addresseeId: userId } },
    };
  });
}

/** Makes both contacts of each other; again it changes nothing. @throws not_found, forbidden for one's own request. */
export function acceptRequest(ownerId: string, userId: string): Promise<RequestResult> {
  return inTransaction(async (session) => {
    const before = await readPair(ownerId, userId, session);
    const { mine, theirs } = before;
    if (isAsked(mine)) {
      const sides = await acceptBoth(ownerId, userId, session);
      return { mine: sides[0], before, sides };
    }
    if (isAsked(theirs)) throw forbidden('Only the one who was asked may accept a contact request');
    if (mine?.status !== 'accepted' || mine.isBlocked) throw notFound('The contact request');
    return { mine, before, sides: [] };
  });
}

/** Ends a request that the owner was asked, or made (`isOwn`). @throws not_found when there is none. */
export function endRequest(
  ownerId: string,
  userId: string,
  now: Date,
): Promise<PairChange & { isOwn: boolean }> {
  return inTransaction(async (session) => {
    const before = await readPair(ownerId, userId, session);
    const isOwn = isAsked(before.theirs);
    if (!isOwn && !isAsked(before.mine)) throw notFound('The contact request');
    const ended = { status: 'none' } as const;
    const [asker, asked] = isOwn ? [ownerId, userId] : [userId, ownerId];
    const askerSide = isOwn ? before.mine : before.theirs;
    const sides = [
      await writeSide(asked, asker, isOwn ? ended : { ...ended, rejectedAt: now }, session),
      await writeSide(asker, asked, askerSide?.status === 'pending' ? ended : {}, session),
    ];
    return { before, sides, isOwn };
  });
}

async function acceptBoth(
  ownerId: string,
  userId: string,
  session: ClientSession,
): Promise<[ContactRecord, ContactRecord]> {
  const accepted = { status: 'accepted', rejectedAt: null } as const;
  return [
    await writeSide(ownerId, userId, accepted, session),
    await writeSide(userId, ownerId, accepted, session),
  ];
}
