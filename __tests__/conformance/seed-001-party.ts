/** Somebody as seed 001 has them: signed up by password, with sockets that speak the dialect of the session without asking for it. */
import { randomUUID } from 'node:crypto';
import { assertMatchesAsyncapi } from '../support/asyncapi';
import { call, connect, type Person, type TestSocket } from '../support/client';
import type { World } from '../support/native-world';

export const PASSWORD = 'correct horse battery';

export interface Party extends Person {
  email: string;
  socket: TestSocket;
  /** Signs in on one more device, with a socket of its own. */
  device(): Promise<Party>;
}

/** Makes what signs people up in a world; `stop` closes their sockets. */
export function kebabParties(world: () => World): {
  party(name: string): Promise<Party>;
  stop(): void;
} {
  const sockets: TestSocket[] = [];

  async function open(email: string, body: { accessToken: string; [key: string]: unknown }): Promise<Party> {
    const { accessToken } = body;
    const api: Person['api'] = (method, path, sent) =>
      call(world().app.url, method, path, { token: accessToken, body: sent });
    const socket = await connect(world().app, { accessToken });
    sockets.push(socket);
    socket.onAny((event: string, payload: unknown) => assertMatchesAsyncapi(event, payload, 'kebab'));
    const user = body.user as { id: string };
    const device = async () =>
      open(
        email,
        (
          await call(world().app.url, 'POST', '/api/auth/login', {
            body: { email, password: PASSWORD, deviceId: `device-${randomUUID()}` },
          })
        ).body,
      );
    return { ...(body as unknown as Person), user, id: user.id, email, api, socket, device };
  }

  return {
    async party(name) {
      const email = `${randomUUID()}@example.org`;
      const answer = await call(world().app.url, 'POST', '/api/auth/register', {
        body: { name, email, password: PASSWORD },
      });
      return open(email, answer.body);
    },
    stop() {
      for (const socket of sockets) socket.disconnect();
    },
  };
}
