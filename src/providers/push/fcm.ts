import { Agent } from 'node:https';
import type { Credential } from 'firebase-admin/app';
import type { SendResponse, TokenMessage } from 'firebase-admin/messaging';
import type { FirebaseAccount } from '../../config/env-push';
import type { PushNote, PushOutcome } from '../../types/push-note';
import { toFcmMessage } from './fcm-message';
import type { PushProvider } from './push.port';

const MAX_CONNECTIONS = 100;
/** Firebase asks for a minute where it says that it is too much and names no time. */
const AFTER_TOO_MUCH_MS = 60_000;

/** Refused for what was sent, not for when: the same again would be refused again. */
const REFUSED = new Set([
  'messaging/invalid-argument',
  'messaging/invalid-payload',
  'messaging/invalid-data-payload-key',
  'messaging/invalid-recipient',
  'messaging/invalid-registration-token',
  'messaging/mismatched-credential',
  'messaging/payload-size-limit-exceeded',
  'messaging/third-party-auth-error',
]);
const TOO_MUCH = new Set(['messaging/message-rate-exceeded', 'messaging/device-message-rate-exceeded']);

/** Whose pushes they are: a service account, or a project with any credential of the SDK. */
export type FcmAccess = { account: FirebaseAccount } | { projectId: string; credential: Credential };

/** Asks Google for an access token with this account. @throws what Google, or the way to it, says. */
export async function tryAccount(account: FirebaseAccount): Promise<void> {
  const { cert } = await import('firebase-admin/app');
  await cert({ ...account }).getAccessToken();
}

let apps = 0;

/**
 * Firebase Cloud Messaging, which brings pushes to Android, to the web and through APNs to iOS. HTTP/1.1 over kept connections: over
 * HTTP/2 one lost connection would fail a whole batch. The SDK itself repeats what meets a 503, as its Retry-After says. It is loaded
 * when it is first needed.
 */
export function createFcmPush(
  access: FcmAccess,
  httpAgent: Agent = new Agent({ keepAlive: true, maxSockets: MAX_CONNECTIONS }),
): PushProvider {
  let loaded: ReturnType<typeof load> | undefined;

  async function load() {
    const [sdk, { getMessaging }] = await Promise.all([
      import('firebase-admin/app'),
      import('firebase-admin/messaging'),
    ]);
    const credential = 'account' in access ? sdk.cert({ ...access.account }, httpAgent) : access.credential;
    const projectId = 'account' in access ? access.account.projectId : access.projectId;
    apps += 1;
    const app = sdk.initializeApp({ projectId, credential, httpAgent }, `parley-${apps}`);
    const messaging = getMessaging(app);
    messaging.enableLegacyHttpTransport();
    return { messaging, close: () => sdk.deleteApp(app) };
  }

  async function sendAll(messages: TokenMessage[]): Promise<PushOutcome[]> {
    try {
      loaded ??= load();
      const { messaging } = await loaded;
      return (await messaging.sendEach(messages)).responses.map(toOutcome);
    } catch (error) {
      return messages.map(() => outcomeOf(error));
    }
  }

  return {
    name: 'fcm',
    isConfigured: true,
    send: async (notes: readonly PushNote[]) => (notes.length > 0 ? sendAll(notes.map(toFcmMessage)) : []),
    async stop() {
      const used = loaded;
      loaded = undefined;
      await (await used)?.close();
      httpAgent.destroy();
    },
  };
}

function toOutcome({ success, error }: SendResponse): PushOutcome {
  return success ? { kind: 'sent' } : outcomeOf(error);
}

function outcomeOf(error: unknown): PushOutcome {
  const { code, message } = describe(error);
  if (code === 'messaging/registration-token-not-registered') return { kind: 'dead' };
  const reason = `${code}: ${message}`;
  if (REFUSED.has(code)) return { kind: 'refused', reason };
  return { kind: 'later', reason, ...(TOO_MUCH.has(code) && { afterMs: AFTER_TOO_MUCH_MS }) };
}

function describe(error: unknown): { code: string; message: string } {
  if (typeof error !== 'object' || error === null) return { code: 'unknown', message: String(error) };
  const { code, message } = error as { code?: unknown; message?: unknown };
  return { code: typeof code === 'string' ? code : 'unknown', message: String(message) };
}
