import type { EventBus } from '../events/event-bus';
import type { PushFacts } from '../services/push-facts';
import type { PushMarks } from '../services/push-marks';
import type { PushDevice, PushTokenService } from '../services/push-token.service';
import type { Clock } from '../types/clock';
import type { PushQueue } from './push-queue';

/** What everything that pushes stands on. */
export interface PushParts {
  bus: EventBus;
  clock: Clock;
  tokens: Pick<PushTokenService, 'devicesOf'>;
  /** By a socket of this node. */
  isConnected: (device: PushDevice) => boolean;
  /** Of these users' devices those that are connected to another node, asked of the database. */
  connectedElsewhere: (userIds: readonly string[]) => Promise<(device: PushDevice) => boolean>;
  facts: PushFacts;
  marks: PushMarks;
  queue: PushQueue;
}

/** The token each of these devices has now; one that lost it, was signed out, or is connected to another node has none. */
export async function currentTokens(
  { tokens, connectedElsewhere }: Pick<PushParts, 'tokens' | 'connectedElsewhere'>,
  wanted: ReadonlyArray<{ device: PushDevice }>,
): Promise<(device: PushDevice) => string | undefined> {
  const userIds = [...new Set(wanted.map(({ device }) => device.userId))];
  const [devices, isElsewhere] = await Promise.all([tokens.devicesOf(userIds), connectedElsewhere(userIds)]);
  const known = new Map(devices.map(({ userId, deviceId, token }) => [`${userId}:${deviceId}`, token]));
  return (device) => (isElsewhere(device) ? undefined : known.get(`${device.userId}:${device.deviceId}`));
}

/** The devices of these users that are reached by push only. */
export async function unconnectedOf(
  { tokens, isConnected }: Pick<PushParts, 'tokens' | 'isConnected'>,
  userIds: readonly string[],
): Promise<PushDevice[]> {
  return (await tokens.devicesOf(userIds)).filter((device) => !isConnected(device));
}
