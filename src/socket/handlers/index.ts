import type { EventHandler } from '../event-router';
import { createCallHandlers } from './call.handlers';
import { createChatHandlers } from './chat.handlers';
import { createDeviceHandlers } from './device.handlers';
import { createMessageHandlers } from './message.handlers';
import { createReceiptHandlers } from './receipt.handlers';
import { createSyncHandlers } from './sync.handlers';

export interface NativeHandlerDeps {
  message: Parameters<typeof createMessageHandlers>[0];
  receipts: Parameters<typeof createReceiptHandlers>[0];
  chat: Parameters<typeof createChatHandlers>[0];
  device: Parameters<typeof createDeviceHandlers>[0];
  sync: Parameters<typeof createSyncHandlers>[0];
  call: Parameters<typeof createCallHandlers>[0];
}

/** Every client event of the native dialect but `authenticate`, which the router serves itself. */
export function createNativeHandlers(deps: NativeHandlerDeps): Record<string, EventHandler> {
  return {
    ...createMessageHandlers(deps.message),
    ...createReceiptHandlers(deps.receipts),
    ...createChatHandlers(deps.chat),
    ...createDeviceHandlers(deps.device),
    ...createSyncHandlers(deps.sync),
    ...createCallHandlers(deps.call),
  };
}
