/** What a hostile client sends: values for every field as raw JSON, and the walk over all documented operations. */
import { Writable } from 'node:stream';
import { createLogger as createWinston, format, transports } from 'winston';
import type { Logger } from '../../src/config/logger';
import { asList, asObject, asText, type JsonObject, resolveRef } from '../../src/docs/documents';
import { ERROR_CODES } from '../../src/errors/error-codes';
import type { Answer } from './client';
import { openapiDocuments } from './openapi';

const DEEP = 10_000;

/** Raw JSON, because not every one of these survives being an object of ours. */
export const HOSTILE_JSON: Readonly<Record<string, string>> = {
  null: 'null',
  number: '5',
  'negative number': '-1',
  fraction: '1.5',
  'huge number': '1e308',
  infinity: '1e999',
  true: 'true',
  'empty text': '""',
  space: '" "',
  'NUL byte': '"a\\u0000b"',
  'lone surrogate': '"\\ud800"',
  'right to left': '"\\u202e\\u0301\\u0301\\u0301"',
  'long text': `"${'x'.repeat(50_000)}"`,
  'operator text': '"$where"',
  'prototype text': '"__proto__"',
  'empty list': '[]',
  'list of null': '[null]',
  'list of lists': '[["x"]]',
  'empty object': '{}',
  $ne: '{"$ne":null}',
  $gt: '{"$gt":""}',
  $where: '{"$where":"sleep(1000)"}',
  'own toString': '{"toString":1,"valueOf":1}',
  'own length': '{"length":1000000000}',
  __proto__: '{"__proto__":{"isAdmin":true}}',
  constructor: '{"constructor":{"prototype":{"isAdmin":true}}}',
  'NUL in a key': '{"a\\u0000b":1}',
  'dot in a key': '{"a.b":1}',
  'deep list': `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`,
  'deep object': `${'{"a":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`,
};

const HOLE = '@hole@';

/** `base` as JSON with one of its fields (a path with dots) replaced by raw JSON. */
export function withField(base: object, path: string, rawJson: string): string {
  const copy = structuredClone(base) as Record<string, unknown>;
  const keys = path.split('.');
  let at = copy;
  for (const key of keys.slice(0, -1)) {
    at[key] = asObject(at[key]);
    at = asObject(at[key]);
  }
  at[keys.at(-1) ?? ''] = HOLE;
  return JSON.stringify(copy).replace(`"${HOLE}"`, () => rawJson);
}

export interface Operation {
  method: string;
  /** With `{chatId}` and the like. */
  template: string;
  query: string[];
  fields: string[];
  required: string[];
  example: object | undefined;
}

/** Every operation of the OpenAPI documents, the native one and the dialects', but the documents themselves. */
export function documentedOperations(): Operation[] {
  const all = openapiDocuments().flatMap(operationsOf);
  // A dialect may show what the native document has, too.
  return [
    ...new Map(all.toReversed().map((one) => [`${one.method} ${one.template}`, one])).values(),
  ].reverse();
}

function operationsOf(document: JsonObject): Operation[] {
  return Object.entries(asObject(document.paths))
    .filter(([template]) => !/^\/(?:api\/docs|health|\.well-known)/.test(template))
    .flatMap(([template, item]) =>
      Object.entries(asObject(item)).map(([method, operation]) => {
        const parameters = asList(asObject(operation).parameters).map((ref) => resolveRef(document, ref));
        const body = resolveRef(document, asObject(operation).requestBody);
        const media = asObject(asObject(body.content)['application/json']);
        const schema = resolveRef(document, media.schema);
        const examples = Object.values(asObject(media.examples)).map((example) => asObject(example).value);
        const example = media.example ?? examples[0] ?? schema.example ?? asList(schema.examples)[0];
        return {
          method: method.toUpperCase(),
          template,
          query: parameters.filter((p) => p.in === 'query').map((p) => asText(p.name)),
          fields: Object.keys(asObject(schema.properties)),
          required: asList(schema.required).map(asText),
          example: asObject(body.content)['application/json'] === undefined ? undefined : asObject(example),
        };
      }),
    );
}

const LEAKS =
  /node_modules|at \w+ \(|\.ts:\d|\.js:\d|Mongo(?:Server)?Error|CastError|\$lookup|E11000|BSON|Cast to/;

/** A refusal as contract section 2 has it: problem details with a known code, never `internal`, and nothing of our inside. */
export function expectRefusal({ status, headers, body }: Answer): void {
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(headers.get('x-request-id')).toBe(body.requestId);
  expect(body.code).not.toBe('internal');
  expect(body.status).toBe(status);
  expect(ERROR_CODES[body.code as keyof typeof ERROR_CODES].status).toBe(status);
  expect(body).toMatchObject({
    type: expect.any(String),
    title: expect.any(String),
    detail: expect.any(String),
  });
  expect(JSON.stringify(body)).not.toMatch(LEAKS);
}

/** A logger that keeps what is logged at `warn` and above; a hostile request must not be worth an error to us. */
export function complaints(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk).slice(0, 2000));
      done();
    },
  });
  const logger = createWinston({
    level: 'warn',
    format: format.printf(
      ({ message, cause }) => `${message} ${cause instanceof Error ? cause.stack : cause}`,
    ),
    transports: [new transports.Stream({ stream })],
  });
  return { logger, lines };
}
