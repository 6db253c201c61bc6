import { startTestApp, type TestApp } from '../support/app';
import { type Person, signUp } from '../support/client';

let app: TestApp;
let alice: Person;
let chatId: string;
beforeAll(async () => {
  app = await startTestApp();
  alice = await signUp(app, { name: 'Alice' });
  chatId = (await alice.api('POST', '/api/chats/group', { name: 'Team', memberIds: [] })).body.chat.id;
});
afterAll(() => app.stop());

const takers: Array<[string, (name: string) => Promise<{ status: number; body: { code?: string } }>]> = [
  ['a new profile', (name) => alice.api('POST', '/api/auth/complete-profile', { name })],
  ['a profile', (name) => alice.api('PUT', '/api/users/profile', { name })],
  ['a new group', (name) => alice.api('POST', '/api/chats/group', { name, memberIds: [] })],
  ['a new chat', (name) => alice.api('POST', '/api/chats', { type: 'group', name, memberIds: [] })],
  ['a group', (name) => alice.api('PUT', `/api/chats/${chatId}`, { name })],
];

describe.each(takers)('the name of %s', (_what, setName) => {
  it.each([
    ['nothing visible', '\u200b\u200d\ufeff'],
    ['fillers that only count as letters', '\u3164\u115f\uffa0'],
    ['the blank of Braille', '\u2800 \u2800'],
    ['text that runs backwards', '\u202etsilA'],
    ['an isolate that is never closed', 'Alice\u2067'],
    ['a line of its own', 'Alice\nParley: your account'],
    ['a terminal command', '\u001b[2JAlice'],
  ])('is refused when it holds %s', async (_kind, name) => {
    expect((await setName(name)).body.code).toBe('validation_failed');
  });

  it.each(['علي رضا‌پور', '👩‍👩‍👧 Family', 'ม็อบ', 'José', ' Zoë ', '李雷'])(
    'may be in any script: %s',
    async (name) => {
      expect((await setName(name)).status).toBeLessThan(300);
    },
  );
});

describe('what stands beside a message', () => {
  const turned = 'invoice\u202excod.exe';

  it.each([
    ['the name of a file', { type: 'document', url: 'https://files.example.org/1', name: turned }],
    ['the name of a place', { type: 'location', latitude: 1, longitude: 2, name: 'Home\u2067' }],
    ['the name of a file on two lines', { type: 'document', url: 'https://a.example.org', name: 'a\nb' }],
  ])('cannot hide what it is: %s', async (_what, content) => {
    const { body } = await alice.api('POST', '/api/messages', { chatId, content });
    expect([body.code, body.errors?.[0]?.path]).toEqual(['validation_failed', 'content.name']);
  });

  it('is an emoji and nothing that turns the text around it', async () => {
    const sent = await alice.api('POST', '/api/messages', { chatId, content: 'left to right' });
    const react = (emoji: string) =>
      alice.api('POST', `/api/messages/${sent.body.message.id}/react`, { emoji });
    expect((await react('👍\u202e')).body.code).toBe('validation_failed');
    expect((await react('👩‍👩‍👧')).status).toBe(200);
  });

  it('may be anything in the text itself, in any direction', async () => {
    const text = 'שלום \u202bworld\u202c\nsecond line';
    const { body } = await alice.api('POST', '/api/messages', { chatId, content: text });
    expect(body.message.content.text).toBe(text);
  });
});
