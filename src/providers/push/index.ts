import type { PushConfig } from '../../config/env-push';
import { createFcmPush } from './fcm';
import { createNoPush } from './none';
import type { PushProvider } from './push.port';

/** Makes the configured provider. */
export function createPushProvider(config: PushConfig): PushProvider {
  return config.provider === 'fcm' ? createFcmPush({ account: config.account }) : createNoPush();
}
