import { ERROR_CODES } from '../../src/errors/error-codes';
import { assertAckMatchesAsyncapi, assertMatchesAsyncapi } from '../support/asyncapi';
import { assertMatchesOpenapi } from '../support/openapi';

const JSON_TYPE = 'application/json; charset=utf-8';
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const ID = '665f1c0e8a2b4c0012345610';

const headers = {
  'x-request-id': 'r-1',
  ratelimit: 'limit=500, remaining=499, reset=900',
  'ratelimit-policy': '500;w=900',
  'ratelimit-limit': '500',
  'ratelimit-remaining': '499',
  'ratelimit-reset': '900',
};
const okHeaders = { ...headers, 'Content-Type': JSON_TYPE };
const problemHeaders = { ...headers, 'content-type': PROBLEM_TYPE };

function problem(code: keyof typeof ERROR_CODES) {
  const { status, title } = ERROR_CODES[code];
  return { type: `urn:parley:error:${code}`, title, status, detail: 'It is so', code, requestId: 'r-1' };
}

describe('assertMatchesOpenapi', () => {
  const logout = (status: number, given: Record<string, string>, body: unknown) => () =>
    assertMatchesOpenapi('POST', '/api/auth/logout?x=1', status, given, body);

  it('accepts what the document promises', () => {
    expect(logout(200, okHeaders, { ok: true })).not.toThrow();
    expect(logout(401, problemHeaders, problem('unauthenticated'))).not.toThrow();
  });

  it('prefers the path without parameters, as the router does', () => {
    const starred = () =>
      assertMatchesOpenapi('GET', '/api/messages/starred', 200, okHeaders, {
        messages: [],
        nextCursor: null,
      });
    expect(starred).not.toThrow();
  });

  it('refuses a property, a status or a content type that is not documented', () => {
    expect(logout(200, okHeaders, { ok: true, extra: 1 })).toThrow('must NOT have additional properties');
    expect(logout(201, okHeaders, { ok: true })).toThrow('documented are only');
    expect(logout(200, problemHeaders, { ok: true })).toThrow('content-type');
  });

  it('refuses a code that does not go with the status', () => {
    expect(logout(401, problemHeaders, { ...problem('forbidden'), status: 401 })).toThrow('/code');
  });

  it('refuses an answer without a promised header, or with a bad one', () => {
    expect(logout(200, { 'content-type': JSON_TYPE }, { ok: true })).toThrow('no header X-Request-Id');
    expect(logout(200, { ...okHeaders, 'ratelimit-limit': 'many' }, { ok: true })).toThrow('RateLimit-Limit');
  });

  it('takes nothing but the 404 problem for what is not documented', () => {
    const nowhere = (status: number, body: unknown) => () =>
      assertMatchesOpenapi('GET', '/api/nowhere', status, problemHeaders, body);
    expect(nowhere(404, problem('not_found'))).not.toThrow();
    expect(nowhere(200, { ok: true })).toThrow('no such operation');
  });
});

describe('assertMatchesAsyncapi', () => {
  it('accepts documented events and refuses others', () => {
    const typing = { chatId: ID, userId: ID, isTyping: true };
    expect(() => assertMatchesAsyncapi('user_typing', typing)).not.toThrow();
    expect(() => assertMatchesAsyncapi('user_typing', { ...typing, extra: 1 })).toThrow(
      'additional properties',
    );
    expect(() => assertMatchesAsyncapi('typing_start', typing)).toThrow('no event');
  });

  it('accepts both outcomes of an acknowledgement and refuses others', () => {
    const failed = { ok: false, error: { code: 'not_found', message: 'The chat was not found' } };
    expect(() => assertAckMatchesAsyncapi('typing_start', { ok: true })).not.toThrow();
    expect(() => assertAckMatchesAsyncapi('typing_start', failed)).not.toThrow();
    expect(() => assertAckMatchesAsyncapi('send_message', { ok: true })).toThrow('message');
  });
});
