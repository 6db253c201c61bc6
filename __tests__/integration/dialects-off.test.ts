import { clientEvents } from '../../src/docs/asyncapi-operations';
import { asObject } from '../../src/docs/documents';
import { startTestApp, type TestApp } from '../support/app';
import { assertMatchesAsyncapi, asyncapiOf } from '../support/asyncapi';
import { connect, type Person, signUp } from '../support/client';
import { SOCKET_IO_DIALECTS } from '../support/dialects';
import { openapiDocuments } from '../support/openapi';

let app: TestApp;
let ann: Person;
beforeAll(async () => {
  app = await startTestApp({ env: { DIALECTS: '' } });
  ann = await signUp(app, { name: 'Ann' });
});
afterAll(() => app.stop());

const nativeEvents = clientEvents(asyncapiOf('native')).map(({ name }) => name);

describe('a server with DIALECTS set but empty', () => {
  const [native, ...ofDialects] = openapiDocuments();
  const isNative = (template: string) => template in asObject(native?.paths);
  const operations = ofDialects.flatMap((document) =>
    Object.entries(asObject(document.paths))
      .filter(([template]) => !isNative(template))
      .flatMap(([template, item]) =>
        Object.keys(asObject(item)).map((method) => [
          method.toUpperCase(),
          template.replace(/\{\w+\}/g, 'x'),
        ]),
      ),
  );

  it('answers every path of the dialects with 404', async () => {
    for (const [method = '', path = ''] of operations) {
      const answer = await fetch(`${app.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${ann.accessToken}` },
      });
      expect([method, path, answer.status]).toEqual([method, path, 404]);
    }
  });

  it('answers sessions that began by password in native words', async () => {
    type Told = { accessToken: string; chat: { id: string }; messages: Array<{ status: string }> };
    const ask = async (path: string, token: string, body?: object): Promise<Told> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const init = body ? { method: 'POST', body: JSON.stringify(body) } : {};
      return (await fetch(`${app.url}${path}`, { headers, ...init })).json() as Promise<Told>;
    };
    const person = { name: 'Ben', email: 'ben@example.org', password: 'correct horse battery' };
    const { accessToken } = await ask('/api/auth/register', '', person);
    const { chat } = await ask('/api/chats/private', accessToken, { userId: ann.id });
    await ask('/api/messages', accessToken, { chatId: chat.id, content: 'Hello' });
    const { messages } = await ask(`/api/chats/${chat.id}/messages`, accessToken);
    expect(messages[0]?.status).toBe('sent');
  });

  it.each(SOCKET_IO_DIALECTS)(
    'does not know the events of %s, and speaks native to who asks for it',
    async (name) => {
      const auth = { token: ann.accessToken, dialect: name };
      const socket = await connect(app, ann, { auth });
      socket.onAny((event: string, payload: unknown) => assertMatchesAsyncapi(event, payload));
      const own = clientEvents(asyncapiOf(name)).map((event) => event.name);
      for (const event of own.filter((one) => !nativeEvents.includes(one)))
        expect((await socket.ask(event, {})).error.code).toBe('not_found');
      const { body } = await ann.api('POST', '/api/chats/group', { name: 'Alone', memberIds: [] });
      const heard = await socket.waitFor('chat_created');
      expect(heard.chat.id).toBe(body.chat.id);
      socket.disconnect();
    },
  );
});
