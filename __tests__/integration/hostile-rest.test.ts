import { startTestApp, type TestApp } from '../support/app';
import type { Answer, Person, TestSocket } from '../support/client';
import { call, connect, signUp } from '../support/client';
import {
  complaints,
  documentedOperations,
  expectRefusal,
  HOSTILE_JSON,
  type Operation,
  withField,
} from '../support/hostile';
import { UNKNOWN_ID } from '../support/native-world';

const { logger, lines } = complaints();
let app: TestApp;
let bob: Person;
let carol: Person;
let bystander: TestSocket;
let me: Victim;
beforeAll(async () => {
  app = await startTestApp({ overrides: { logger } });
  // A start may have something to say, such as that there is no ffmpeg.
  lines.length = 0;
  [bob, carol] = [await signUp(app, { name: 'Bob' }), await signUp(app, { name: 'Carol' })];
  bystander = await connect(app, carol);
  me = await victim();
});
afterAll(async () => {
  bystander.disconnect();
  await app.stop();
});

afterEach(async () => {
  expect(lines.splice(0)).toEqual([]);
  expect((await call(app.url, 'GET', '/health/live')).status).toBe(200);
  expect((await bystander.ask('typing_start', {})).error.code).toBe('validation_failed');
});

interface Victim extends Person {
  ids: Record<string, string>;
}

/** Somebody with a private chat, a group and a message of their own in each; the ids are those of the paths' parameters. */
async function victim(): Promise<Victim> {
  const me = await signUp(app, { name: 'Victim' });
  const chat = (await me.api('POST', '/api/chats/group', { name: 'Group', memberIds: [bob.id] })).body.chat;
  const message = (await me.api('POST', '/api/messages', { chatId: chat.id, content: 'Hello' })).body.message;
  const shown = { type: 'text', text: 'Mine', privacy: { audience: 'only', userIds: [bob.id] } };
  const { story } = (await me.api('POST', '/api/stories', shown)).body;
  const { chat: room } = (await me.api('POST', '/api/chats/private', { userId: bob.id })).body;
  const ids = {
    roomId: room.id,
    storyId: story.id,
    chatId: chat.id,
    messageId: message.id,
    userId: bob.id,
    contactId: bob.id,
    conversationId: chat.id,
    groupId: chat.id,
  };
  return { ...me, ids: { ...ids, deviceId: 'no-device', token: 'no-token' } };
}

function fill(template: string, ids: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? UNKNOWN_ID);
}

/** The example of the document with ids that exist. */
function validBody({ example }: Operation, { ids }: Victim): object {
  const known: Record<string, unknown> = {
    chatId: ids.chatId,
    userId: bob.id,
    otherUserId: bob.id,
    userIds: [bob.id],
    memberIds: [bob.id],
    chatIds: [ids.chatId],
    replyTo: ids.messageId,
  };
  return Object.fromEntries(Object.entries(example ?? {}).map(([key, value]) => [key, known[key] ?? value]));
}

function expectHandled(answer: Answer, what: string): void {
  if (answer.status >= 500) throw new Error(`${what} is answered ${answer.status}`);
  if (answer.status >= 400) expectRefusal(answer);
}

/** All at once: the server has to bear that too. */
async function withEveryValue(attack: (kind: string, rawJson: string) => Promise<void>): Promise<void> {
  await Promise.all(Object.entries(HOSTILE_JSON).map(([kind, value]) => attack(kind, value)));
}

const operations = documentedOperations();
const withBody = operations.filter(({ example }) => example !== undefined);
const named = (list: Operation[]) => list.map((op) => [`${op.method} ${op.template}`, op] as const);

it('walks every documented operation', () => {
  expect(operations.length).toBeGreaterThan(40);
  expect(withBody.filter(({ fields }) => fields.length === 0)).toEqual([]);
});

describe('a field of a wrong kind', () => {
  it.each(named(withBody))('is refused or harmless in %s', async (_name, operation) => {
    const fresh = await victim();
    const path = fill(operation.template, fresh.ids);
    for (const field of operation.fields) {
      await withEveryValue(async (kind, value) => {
        const rawBody = withField(validBody(operation, fresh), field, value);
        const answer = await call(app.url, operation.method, path, { token: fresh.accessToken, rawBody });
        expectHandled(answer, `${field}: ${kind}`);
      });
    }
  });

  const nested: Array<[string, string, object, string[]]> = [
    ['POST', '/api/messages', { content: { type: 'text' } }, ['content.type', 'content.text']],
    [
      'POST',
      '/api/messages',
      { content: { type: 'image', url: 'https://a.example/a.png' } },
      [
        'content.url',
        'content.caption',
        'content.mediaId',
        'content.size',
        'content.width',
        'content.thumbnailUrl',
      ],
    ],
    [
      'POST',
      '/api/messages',
      { content: { type: 'location', latitude: 1, longitude: 1 } },
      ['content.latitude', 'content.longitude', 'content.name'],
    ],
    [
      'PUT',
      '/api/messages/{messageId}',
      { newContent: { type: 'text' } },
      ['newContent.type', 'newContent.text'],
    ],
    [
      'PUT',
      '/api/users/profile',
      {},
      ['privacy.online', 'privacy.readReceipts', 'settings.a', 'settings.a.b'],
    ],
    ['POST', '/api/stories', { type: 'text', text: 'x' }, ['privacy.audience', 'privacy.userIds']],
    ['POST', '/api/sync', {}, [`cursors.${UNKNOWN_ID}`, 'cursors.x']],
  ];
  it.each(nested)('is refused or harmless inside %s %s %j', async (method, template, base, fields) => {
    const fresh = await victim();
    const body = template === '/api/messages' ? { ...base, chatId: fresh.ids.chatId } : base;
    for (const field of fields) {
      await withEveryValue(async (kind, value) => {
        const rawBody = withField(body, field, value);
        const options = { token: fresh.accessToken, rawBody };
        expectHandled(await call(app.url, method, fill(template, fresh.ids), options), `${field}: ${kind}`);
      });
    }
  });
});

describe('a missing field', () => {
  it.each(named(withBody.filter(({ required }) => required.length > 0)))(
    'is named by validation_failed in %s',
    async (_name, operation) => {
      for (const field of operation.required) {
        const { [field]: _left, ...body } = validBody(operation, me) as Record<string, unknown>;
        const path = fill(operation.template, me.ids);
        const answer = await call(app.url, operation.method, path, { token: me.accessToken, body });
        expectRefusal(answer);
        expect(answer.body.code).toBe('validation_failed');
        expect(answer.body.errors.map((error: { path: string }) => error.path)).toContain(field);
      }
    },
  );
});

describe("somebody else's ids", () => {
  const private_ = operations.filter(({ template }) =>
    /\{(chatId|messageId|storyId|conversationId|groupId|roomId)\}/.test(template),
  );
  it.each(named(private_))('are not_found in %s', async (_name, operation) => {
    const body = operation.example && validBody(operation, me);
    const query = operation.query.includes('q') ? '?q=hello' : '';
    const options = { token: carol.accessToken, body };
    const answer = await call(app.url, operation.method, fill(operation.template, me.ids) + query, options);
    expectRefusal(answer);
    expect(answer.body.code).toBe('not_found');
    const unknown = await call(app.url, operation.method, fill(operation.template, {}) + query, options);
    expect([unknown.status, unknown.body.detail]).toEqual([404, answer.body.detail]);
  });
});

describe('a malformed id or cursor', () => {
  const MALFORMED = [
    'x',
    '0',
    '%00',
    '%7B%22%24ne%22%3Anull%7D',
    '__proto__',
    'x'.repeat(2000),
    'f'.repeat(23),
    '%ED%A0%80',
  ];
  it.each(named(operations.filter(({ template }) => template.includes('{'))))(
    'is refused in the path of %s',
    async (_name, operation) => {
      const body = operation.example && validBody(operation, me);
      for (const malformed of [...MALFORMED, '%E0%A4%A']) {
        const path = operation.template.replace(/\{\w+\}/g, malformed);
        const answer = await call(app.url, operation.method, path, { token: me.accessToken, body });
        expectRefusal(answer);
        expect(['validation_failed', 'not_found']).toContain(answer.body.code);
      }
    },
  );

  const cursor = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const VALUES = [
    '',
    '-1',
    '0',
    'NaN',
    'Infinity',
    '1e99',
    '1.5',
    '9'.repeat(400),
    'null',
    '%00',
    '%E0%A4%A',
    'x'.repeat(150),
    cursor([1e300, 'f'.repeat(24)]),
    cursor([{ $gt: '' }, 'x']),
    cursor(['f'.repeat(24), 1]),
    cursor([null]),
    cursor({}),
  ];
  it.each(named(operations.filter(({ query }) => query.length > 0)))(
    'is refused or harmless in the query of %s',
    async (_name, operation) => {
      for (const name of operation.query) {
        const others = operation.query.includes('q') && name !== 'q' ? '&q=hello' : '';
        const queries = VALUES.map((value) => `${name}=${value}`);
        for (const query of [
          ...queries,
          `${name}=1&${name}=2`,
          `${name}[$ne]=1`,
          `${name}[]=1`,
          `${name}[a][b]=1`,
        ]) {
          const path = `${fill(operation.template, me.ids)}?${query}${others}`;
          const answer = await call(app.url, operation.method, path, { token: me.accessToken });
          expectHandled(answer, query);
        }
      }
    },
  );
});
