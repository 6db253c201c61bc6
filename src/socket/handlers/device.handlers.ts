import type { LiveDevice } from '../../models/user.model';
import type { DeviceInput } from '../../services/device.service';
import type { EventHandler } from '../event-router';

/** Devices of the signed-in user (contract section 5). */
export function createDeviceHandlers(deps: {
  registerDevice: (userId: string, input: DeviceInput, sessionId: string) => Promise<LiveDevice[]>;
  removeDevice: (userId: string, deviceId: string) => Promise<LiveDevice[]>;
  presentDevices: (devices: LiveDevice[]) => unknown;
}) {
  const { registerDevice, removeDevice, presentDevices } = deps;
  return {
    register_device: async (actor, payload) => ({
      devices: presentDevices(
        await registerDevice(actor.userId, payload as unknown as DeviceInput, actor.sessionId),
      ),
    }),
    remove_device: async (actor, { deviceId }) => ({
      devices: presentDevices(await removeDevice(actor.userId, String(deviceId))),
    }),
  } satisfies Record<string, EventHandler>;
}
