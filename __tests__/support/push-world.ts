/** A server whose pushes go to a fake Firebase, and people whose devices come and go. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../src/types/clock';
import { startTestApp, type TestApp } from './app';
import { connect, type Person, signUp, type TestSocket } from './client';
import { type FakeFcm, startFakeFcm } from './fake-fcm';
import { clockAhead, say } from './native-world';

export interface PushWorld {
  app: TestApp;
  fcm: FakeFcm;
  clock: Clock & { advance(ms: number): void };
  ann: Person;
  person(name: string): Promise<Person>;
  /** The same person on one more device. */
  anotherDevice(person: Person): Promise<Person>;
  online(person: Person): Promise<TestSocket>;
  /** Closes a socket and resolves when the server knows. */
  leave(person: Person, socket: TestSocket): Promise<void>;
  /** Registers a push token for the person's device, then goes offline. */
  withPush(person: Person): Promise<string>;
  /** Ann's chat with somebody. */
  chatWith(person: Person): Promise<string>;
  /** Everything said before has been decided, sent or dropped when a later message to somebody else has arrived. */
  settled(): Promise<void>;
  /** Closes the sockets of a test, and lets Firebase accept everything again. */
  tidy(): void;
  stop(): Promise<void>;
}

export async function startPushWorld(): Promise<PushWorld> {
  const clock = clockAhead();
  const open: TestSocket[] = [];
  const fcm = await startFakeFcm();
  const app = await startTestApp({ overrides: { clock, push: fcm.provider() } });
  const ann = await signUp(app, { name: 'Ann' });

  async function online(person: Person): Promise<TestSocket> {
    const socket = await connect(app, person);
    open.push(socket);
    return socket;
  }

  async function leave({ deviceId }: Person, socket: TestSocket): Promise<void> {
    const gone = new Promise<void>((resolve) =>
      app.bus.on('connection.closed', (closed) => (closed.deviceId === deviceId ? resolve() : undefined)),
    );
    socket.disconnect();
    await gone;
  }

  async function withPush(person: Person): Promise<string> {
    const fcmToken = `token-${randomUUID()}`;
    const socket = await online(person);
    await socket.ask('register_device', { deviceId: person.deviceId, platform: 'android', fcmToken });
    await leave(person, socket);
    return fcmToken;
  }

  const chatWith = async ({ id }: Person): Promise<string> =>
    (await ann.api('POST', '/api/chats/private', { userId: id })).body.chat.id;
  const person = await signUp(app, { name: 'Witness' });
  const witness = { token: await withPush(person), chatId: await chatWith(person) };

  return {
    app,
    fcm,
    clock,
    ann,
    person: (name) => signUp(app, { name }),
    anotherDevice({ phoneNumber }) {
      clock.advance(31_000);
      return signUp(app, { phoneNumber });
    },
    online,
    leave,
    withPush,
    chatWith,
    async settled() {
      const { text } = (await say(ann, witness.chatId, `now ${randomUUID()}`)).content;
      await fcm.waitFor(witness.token, 1, ({ notification }) => notification?.body === text);
    },
    tidy() {
      fcm.answer(() => undefined);
      for (const socket of open.splice(0)) socket.disconnect();
    },
    async stop() {
      await app.stop();
      await fcm.stop();
    },
  };
}
