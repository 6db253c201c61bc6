import type { EventBus } from '../events/event-bus';
import type { PushFacts } from '../services/push-facts';
import type { PushMarks } from '../services/push-marks';
import type { PushDevice, PushTokenService } from '../services/push-token.service';
import type { Clock } from '../types/clock';
import type { PushQueue, WhoIsElsewhere } from './push-queue';

/** What everything that pushes stands on. */
export interface PushParts {
  bus: EventBus;
  clock: Clock;
  tokens: Pick<PushTokenService, 'devicesOf'>;
  isConnected: (device: PushDevice) => boolean;
  whoIsElsewhere: WhoIsElsewhere;
  facts: PushFacts;
  marks: PushMarks;
  queue: PushQueue;
}

/** The token each of these devices has now; one that lost it, or was signed out, has none. */
export async function currentTokens(
  tokens: Pick<PushTokenService, 'devicesOf'>,
  wanted: ReadonlyArray<{ device: PushDevice }>,
): Promise<(device: PushDevice) => string | undefined> {
  const devices = await tokens.devicesOf([...new Set(wanted.map(({ device }) => device.userId))]);
  const known = new Map(devices.map(({ userId, deviceId, token }) => [`${userId}:${deviceId}`, token]));
  return ({ userId, deviceId }) => known.get(`${userId}:${deviceId}`);
}

/** The devices of these users that are reached by push only. */
export async function unconnectedOf(
  { tokens, isConnected, whoIsElsewhere }: Pick<PushParts, 'tokens' | 'isConnected' | 'whoIsElsewhere'>,
  userIds: readonly string[],
): Promise<PushDevice[]> {
  const devices = (await tokens.devicesOf(userIds)).filter((device) => !isConnected(device));
  const isElsewhere = await whoIsElsewhere(devices);
  return devices.filter((device) => !isElsewhere(device));
}
