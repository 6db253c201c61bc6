import { createHmac } from 'node:crypto';
import type { CallsConfig } from '../config/env-calls';
import type { Clock } from '../types/clock';

/** An entry of the browser's `RTCConfiguration.iceServers`. */
export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

/** How long an answer without credentials may be kept, in seconds. */
const STUN_ONLY_TTL_SECONDS = 3600;

/**
 * The servers a device may use for its calls until `expiresAt`. TURN credentials follow coturn's shared-secret scheme
 * (`use-auth-secret`): the user name is the end of their time and the user, the password its HMAC-SHA1 under the secret.
 */
export function createIceServers(config: Pick<CallsConfig, 'stunUrls' | 'turn'>, clock: Clock) {
  return (userId: string): { iceServers: IceServer[]; expiresAt: Date } => {
    const { stunUrls, turn } = config;
    const ttlSeconds = turn?.ttlSeconds ?? STUN_ONLY_TTL_SECONDS;
    const expiry = Math.floor(clock.now().getTime() / 1000) + ttlSeconds;
    const iceServers: IceServer[] = stunUrls.length > 0 ? [{ urls: stunUrls }] : [];
    if (turn) {
      const username = `${expiry}:${userId}`;
      const credential = createHmac('sha1', turn.secret).update(username).digest('base64');
      iceServers.push({ urls: turn.urls, username, credential });
    }
    return { iceServers, expiresAt: new Date(expiry * 1000) };
  };
}
