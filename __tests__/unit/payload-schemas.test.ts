import { createPayloadValidator } from '../../src/socket/payload-schemas';

const validator = createPayloadValidator();
const ID = '665f1c0e8a2b4c0012345610';
const MEGABYTE = 1_000_000;

const fault = (path: string, message: string) => [{ path, message }];

describe('createPayloadValidator', () => {
  it('knows every client event of seed 002 and of the contract', () => {
    expect(validator.events).toEqual([
      'authenticate',
      'join_chat',
      'leave_chat',
      'send_message',
      'edit_message',
      'delete_message',
      'add_reaction',
      'typing_start',
      'typing_stop',
      'message_delivered',
      'message_read',
      'mark_read',
      'sync:request',
      'set_presence',
      'register_device',
      'remove_device',
      'call-user',
      'answer-call',
      'ice-candidate',
      'end-call',
    ]);
  });

  it('throws on an event that is not in the document', () => {
    expect(() => validator.validate('toString', {})).toThrow('no client event toString');
  });

  it.each([
    ['send_message', { chatId: ID, content: { type: 'text', text: 'Hello!' }, tempId: 'temp-id' }],
    ['send_message', { chatId: ID, content: 'Hello!' }],
    ['send_message', { chatId: ID.toUpperCase(), content: 'a'.repeat(4096), tempId: null, replyTo: null }],
    ['send_message', { chatId: ID, content: { type: 'image', url: 'https://a.example/b', caption: null } }],
    ['send_message', { chatId: ID, content: { type: 'location', latitude: -90, longitude: 180 } }],
    ['send_message', { chatId: ID, content: { type: 'text', text: 'x', more: { deep: 1 } }, more: [1] }],
    ['typing_start', { chatId: ID }],
    ['message_delivered', { messageId: ID }],
    ['message_read', { messageId: ID, chatId: ID }],
    ['message_read', { messageId: ID }],
    ['message_read', { chatId: ID }],
    ['mark_read', { chatId: ID }],
    ['mark_read', { chatId: ID, seq: 7 }],
    ['add_reaction', { messageId: ID, emoji: '👍' }],
    ['add_reaction', { messageId: ID, emoji: null }],
    ['edit_message', { messageId: ID, newContent: 'Edited text' }],
    ['edit_message', { messageId: ID, content: { type: 'text', text: 'Edited text' } }],
    ['delete_message', { messageId: ID, deleteForEveryone: true }],
    ['delete_message', { messageId: ID, forEveryone: false }],
    ['sync:request', undefined],
    ['sync:request', { cursors: { [ID]: 57 }, userRev: 9, limit: 100_000 }],
    ['sync:request', { since: '2026-02-01T09:30:00.000Z' }],
    ['set_presence', { state: 'away' }],
    ['register_device', { deviceId: 'pixel-8', platform: 'android', fcmToken: 'abc' }],
  ])('accepts %s %j', (event, payload) => {
    expect(validator.validate(event, payload)).toBeUndefined();
  });

  it.each([
    ['join_chat', undefined, fault('payload', 'must be an object')],
    ['join_chat', 'x', fault('payload', 'must be an object')],
    ['join_chat', [], fault('payload', 'must be an object')],
    ['join_chat', {}, fault('chatId', 'is required')],
    ['join_chat', { chatId: { $ne: null } }, fault('chatId', 'must be a string')],
    ['join_chat', { chatId: `${ID}\n` }, fault('chatId', 'must be an id of 24 hexadecimal digits')],
    ['authenticate', { token: 5 }, fault('token', 'must be a string')],
    ['send_message', {}, [...fault('chatId', 'is required'), ...fault('content', 'is required')]],
    ['send_message', { chatId: ID, content: 5 }, fault('content', 'must be a string or an object')],
    ['send_message', { chatId: ID, content: null }, fault('content', 'must be a string or an object')],
    ['send_message', { chatId: ID, content: '' }, fault('content', 'must not be empty')],
    ['send_message', { chatId: ID, content: ' \n' }, fault('content', 'must not be only white space')],
    ['send_message', { chatId: ID, content: {} }, fault('content.type', 'is required')],
    ['send_message', { chatId: ID, content: { type: 'text' } }, fault('content.text', 'is required')],
    [
      'send_message',
      { chatId: ID, content: { type: 'text', text: 'a'.repeat(4097) } },
      fault('content.text', 'must have at most 4096 characters'),
    ],
    [
      'send_message',
      { chatId: ID, content: { type: 'system', event: 'member_left' } },
      fault('content.type', 'must be one of text, image, video, audio, document, location'),
    ],
    [
      'send_message',
      { chatId: ID, content: { type: 'image', url: 'javascript:alert(1)' } },
      fault('content.url', 'must be an http or https address'),
    ],
    [
      'send_message',
      { chatId: ID, content: { type: 'location', latitude: 91, longitude: 0 } },
      fault('content.latitude', 'must be at most 90'),
    ],
    ['send_message', { chatId: ID, content: 'x', tempId: 5 }, fault('tempId', 'must be a string or null')],
    ['message_read', {}, fault('payload', 'needs messageId or chatId')],
    ['edit_message', { messageId: ID }, fault('payload', 'needs newContent or content')],
    ['mark_read', { chatId: ID, seq: -1 }, fault('seq', 'must be at least 0')],
    ['set_presence', { state: 'busy' }, fault('state', 'must be one of online, away')],
    ['sync:request', { cursors: { a: 1 } }, fault('cursors.a', 'is not a valid id')],
    ['sync:request', { cursors: { [ID]: '1' } }, fault(`cursors.${ID}`, 'must be an integer')],
    ['sync:request', { since: 'yesterday' }, fault('since', 'must be an ISO 8601 time')],
  ])('refuses %s %j in plain words', (event, payload, faults) => {
    expect(validator.validate(event, payload)).toEqual(faults);
  });

  it('leaves the payload as it was', () => {
    const payload = { chatId: ID, content: { type: 'text', text: 'x', extra: 1 }, other: 2 };
    const before = structuredClone(payload);
    validator.validate('send_message', payload);
    expect(payload).toEqual(before);
  });

  it('reports at most 20 faults of a hostile payload', () => {
    const cursors = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`key-${index}`, 'x']));
    expect(validator.validate('sync:request', { cursors })).toHaveLength(20);
  });

  it('refuses an endless list of cursors for its length alone', () => {
    const cursors = Object.fromEntries(Array.from({ length: 30_000 }, (_, index) => [`key-${index}`, 'x']));
    expect(validator.validate('sync:request', { cursors })).toEqual(
      fault('cursors', 'must have at most 10000 entries'),
    );
  });

  it('answers a megabyte of text, of white space and of nesting without hurting the process', () => {
    const nested = JSON.parse(`${'{"content":'.repeat(2000)}1${'}'.repeat(2000)}`);
    const hostile = [
      { chatId: ID, content: 'x'.repeat(MEGABYTE) },
      { chatId: ID, content: ' '.repeat(MEGABYTE) },
      { chatId: ID, content: { type: 'image', url: `https://${'x '.repeat(MEGABYTE / 2)}` } },
      { chatId: 'x'.repeat(MEGABYTE), content: nested },
    ];
    const startedAt = performance.now();
    for (const payload of hostile) expect(validator.validate('send_message', payload)).toBeDefined();
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});
