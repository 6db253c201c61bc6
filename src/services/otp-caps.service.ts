import type { Config } from '../config/env';
import { AppError } from '../errors/app-error';
import { ipRange } from '../helpers/ip-range';
import type { RateCountService, RateWindow } from './rate-count.service';

const HOUR_MS = 3_600_000;

export interface OtpCaps {
  /**
   * Counts one message against the hourly caps of its address, its asker and what many addresses share: the country of a
   * number, the domain of an email.
   * @throws rate_limited when one is used up; what was counted for the others is then taken back.
   */
  take(use: { address: string; ip: string; prefix: string }): Promise<OtpUses>;
}

export interface OtpUses {
  /** Takes the use back because no message left. The asker's stays counted: failing on purpose must cost something. */
  giveBack(): Promise<void>;
}

/**
 * Hourly caps on messages (contract section 3): SMS pumping is real money (lessons.md). The asker's cap comes first, so
 * that who has used it up cannot go on using up those of others.
 */
export function createOtpCaps({
  rateCounts,
  otp,
}: {
  rateCounts: RateCountService;
  otp: Config['otp'];
}): OtpCaps {
  const giveBack = async (windows: RateWindow[]): Promise<void> => {
    for (const window of windows) await rateCounts.release(window);
  };
  return {
    async take({ address, ip, prefix }) {
      const asker = hourly(`otp:ip:${ipRange(ip)}`, otp.ipHourlyMax);
      const shared = [
        hourly(`otp:address:${address}`, otp.phoneHourlyMax),
        hourly(`otp:prefix:${prefix}`, otp.prefixHourlyMax),
      ];
      const taken: RateWindow[] = [];
      for (const window of [asker, ...shared]) {
        const { isOver, retryAfterSeconds } = await rateCounts.count(window);
        if (window !== asker) taken.push(window);
        if (!isOver) continue;
        await giveBack(taken);
        throw new AppError('rate_limited', 'Too many codes were asked for', { retryAfterSeconds });
      }
      return { giveBack: () => giveBack(taken) };
    },
  };
}

function hourly(key: string, max: number): RateWindow {
  return { key, windowMs: HOUR_MS, max };
}
