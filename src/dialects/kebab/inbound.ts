import { presentContact } from '../../presenters/contact.presenter';
import { presentDevices } from '../../presenters/user.presenter';
import type { DeviceInput } from '../../services/device.service';
import type { EventHandler } from '../../socket/event-router';
import type { DialectGround } from '../dialect.port';
import { answerInKebabWords } from './status-words';

/**
 * The client events of seed 001; payloads were checked against `swagger/kebab.asyncapi.yaml` before. Messages are sent over REST, or by
 * the events of other dialects.
 */
export function createKebabInbound({ signer, services }: DialectGround) {
  const { appOpening, contactRequests, deviceService, receipts, sync, typing } = services;

  return {
    'app-opened': async (actor) => {
      await appOpening.open(actor);
      return {};
    },

    'join-chat': async (actor, { chatId }) => {
      await receipts.markChat(actor, 'read', String(chatId));
      return {};
    },

    'leave-chat': async (actor, { chatId }) => {
      await typing.endTyping(actor, String(chatId));
      return {};
    },

    typing: async (actor, { chatId, isTyping }) => {
      await typing.setTyping(actor, String(chatId), isTyping === true);
      return {};
    },

    'register-device': async ({ userId, sessionId }, payload) => {
      const input = payload as unknown as DeviceInput;
      return { devices: presentDevices(await deviceService.registerDevice(userId, input, sessionId)) };
    },

    'remove-device': async ({ userId }, { deviceId }) => ({
      devices: presentDevices(await deviceService.removeDevice(userId, String(deviceId))),
    }),

    'contact-request-sent': async ({ userId }, payload) => {
      const id = String(payload.contactId ?? payload.userId).toLowerCase();
      const entry = await contactRequests.ensureRequest(userId, id);
      return { contact: presentContact(entry, signer) };
    },

    'sync:request': async (actor, payload) => answerInKebabWords(await sync(actor, payload)),
  } satisfies Record<string, EventHandler>;
}
