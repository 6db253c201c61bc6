import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { AVAILABLE_DIALECTS } from '../../src/config/env-dialects';
import * as limits from '../../src/config/limits';
import { DIALECTS } from '../../src/dialects';
import { clientEvents, serverEvents } from '../../src/docs/asyncapi-operations';
import {
  ASYNCAPI_PATH,
  asList,
  asObject,
  dialectDocuments,
  isObject,
  type JsonObject,
  loadDocument,
  OPENAPI_PATH,
  resolveRef,
} from '../../src/docs/documents';
import { ERROR_CODES } from '../../src/errors/error-codes';
import { createPayloadValidator } from '../../src/socket/payload-schemas';
import { MEDIA_TYPES } from '../../src/types/content';

const openapi = loadDocument(OPENAPI_PATH);
const asyncapi = loadDocument(ASYNCAPI_PATH);
/** The native documents and those of the dialects. */
const ofDialects = AVAILABLE_DIALECTS.map((name) => ({ name, ...dialectDocuments(name) }));
const restDocuments = [
  ['openapi.yaml', openapi] as const,
  ...ofDialects.flatMap((of) =>
    of.openapi ? [[`${of.name}.openapi.yaml`, loadDocument(of.openapi)] as const] : [],
  ),
];
const eventDocuments = [
  ['asyncapi.yaml', ASYNCAPI_PATH, asyncapi] as const,
  ...ofDialects.flatMap((of) =>
    of.asyncapi ? [[`${of.name}.asyncapi.yaml`, of.asyncapi, loadDocument(of.asyncapi)] as const] : [],
  ),
];
const plainDocuments = DIALECTS.filter(({ upgrades }) => upgrades).map(({ name }) => `${name}.asyncapi.yaml`);
const documents = [
  ...restDocuments,
  ...eventDocuments.map(([name, , document]) => [name, document] as const),
];

function schemasOf(document: JsonObject): JsonObject {
  return asObject(asObject(document.components).schemas);
}

function compile(document: JsonObject, schema: unknown) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats(ajv, ['date-time']);
  return ajv.compile({ ...asObject(schema), components: document.components });
}

/** Every faulty example, as a line to read. */
function faultsOf(document: JsonObject, schema: unknown, examples: unknown[], label: string): string[] {
  const validate = compile(document, schema);
  return examples.flatMap((example) => {
    if (validate(example)) return [];
    return [`${label}: ${JSON.stringify(validate.errors)} in ${JSON.stringify(example)}`];
  });
}

describe('the schemas of the documents', () => {
  it.each(documents)('are sound in %s: every $ref leads somewhere', (_name, document) => {
    const broken: string[] = [];
    JSON.stringify(document, (_key, value: unknown) => {
      if (isObject(value) && typeof value.$ref === 'string') {
        if (Object.keys(resolveRef(document, value)).length === 0) broken.push(value.$ref);
      }
      return value;
    });
    expect(broken).toEqual([]);
  });

  it.each(documents)('have valid examples in %s', (_name, document) => {
    const faults = Object.entries(schemasOf(document)).flatMap(([name, schema]) =>
      faultsOf(document, schema, asList(asObject(schema).examples), name),
    );
    expect(faults).toEqual([]);
  });

  it('are the same wherever several documents name them', () => {
    const events = schemasOf(asyncapi);
    const shared = Object.keys(events).filter((name) => name in schemasOf(openapi));
    expect(shared).toEqual(expect.arrayContaining(['Message', 'Chat', 'User', 'Me', 'SyncAnswer']));
    for (const [, first] of documents) {
      for (const [file, second] of documents) {
        const both = Object.keys(schemasOf(first)).filter((name) => name in schemasOf(second));
        for (const name of both.filter((one) => one !== 'ContentInput'))
          expect([file, name, schemasOf(second)[name]]).toEqual([file, name, schemasOf(first)[name]]);
      }
    }
  });

  it('take the same content over REST as over sockets', () => {
    const overRest = compile(openapi, { $ref: '#/components/schemas/ContentInput' });
    const overSocket = compile(asyncapi, { $ref: '#/components/schemas/ContentInput' });
    const samples = [
      'Hello',
      '',
      ' ',
      5,
      null,
      [],
      {},
      { type: 'text', text: 'Hello' },
      { type: 'text' },
      { type: 'text', text: ' ' },
      { type: 'system', event: 'member_left' },
      ...MEDIA_TYPES.map((type) => ({ type, url: 'https://a.example/b' })),
      { type: 'image' },
      { type: 'image', url: 'ftp://a.example/b' },
      { type: 'location', latitude: 1, longitude: 1 },
      { type: 'location', latitude: 1 },
    ];
    const answers = samples.map((sample) => [sample, overRest(sample)]);
    expect(answers).toEqual(samples.map((sample) => [sample, overSocket(sample)]));
  });

  it('state the limits that the code has', () => {
    const { TextString, MediaInput, SyncRequest } = schemasOf(asyncapi);
    expect(asObject(TextString).maxLength).toBe(limits.MAX_TEXT_LENGTH);
    expect(asObject(asObject(asObject(MediaInput).properties).url).maxLength).toBe(limits.MAX_URL_LENGTH);
    expect(asObject(asObject(asObject(SyncRequest).properties).limit).default).toBe(limits.SYNC_PAGE_DEFAULT);
    const payload = (event: string) => {
      const found = clientEvents(asyncapi).find(({ name }) => name === event);
      return asObject(asObject(found?.message.payload).properties);
    };
    expect(asObject(payload('send_message').tempId).maxLength).toBe(limits.MAX_TEMP_ID_LENGTH);
    expect(asObject(payload('add_reaction').emoji).maxLength).toBe(limits.MAX_EMOJI_LENGTH);
    expect(asObject(payload('register_device').deviceId).maxLength).toBe(limits.MAX_DEVICE_ID_LENGTH);
  });
});

describe('the examples of the operations', () => {
  it.each(restDocuments)('are valid request bodies and answers in %s', (_file, document) => {
    const faults: string[] = [];
    const visit = (value: unknown, label: string): void => {
      if (!isObject(value)) return;
      const media = asObject(value.content);
      for (const { schema, example } of Object.values(media).map(asObject)) {
        if (example !== undefined) faults.push(...faultsOf(document, schema, [example], label));
      }
      for (const [key, child] of Object.entries(value)) visit(child, `${label} ${key}`);
    };
    visit(document.paths, 'paths');
    visit(asObject(document.components).responses, 'responses');
    expect(faults).toEqual([]);
  });

  it.each(eventDocuments)('are valid payloads and acknowledgements in %s', (_file, _path, document) => {
    const messages = Object.entries(asObject(asObject(document.components).messages));
    const faults = messages.flatMap(([name, message]) => {
      const { payload, examples } = asObject(message);
      const payloads = asList(examples).map((example) => asObject(example).payload);
      return faultsOf(document, payload, payloads, name);
    });
    expect(faults).toEqual([]);
  });

  it.each(eventDocuments)(
    'of client events pass the guard of the socket path in %s',
    (_file, path, document) => {
      const validator = createPayloadValidator(path);
      for (const { name, message } of clientEvents(document)) {
        const examples = asList(message.examples).map((example) => asObject(example).payload);
        expect([name, examples.length]).not.toEqual([name, 0]);
        for (const example of examples)
          expect([name, validator.validate(name, example)]).toEqual([name, undefined]);
      }
    },
  );
});

describe('the errors of the documents', () => {
  const responses = Object.values(asObject(asObject(openapi.components).responses)).map(asObject);

  it.each(documents)('are the table of error codes in %s', (_name, document) => {
    expect(asObject(schemasOf(document).ErrorCode).enum).toEqual(Object.keys(ERROR_CODES));
  });

  it('come with the status of the table', () => {
    const documented = responses.flatMap(codesOf).sort();
    const table = Object.entries(ERROR_CODES).map(([code, { status }]) => `${status} ${code}`);
    expect(documented).toEqual(table.sort());
  });

  it('show the titles of the table in their examples', () => {
    for (const response of responses) {
      const { code, title, type } = asObject(problemMediaOf(response).example);
      const row = Object.entries(ERROR_CODES).find(([name]) => name === code)?.[1];
      expect({ code, title, type }).toEqual({
        code,
        title: row?.title,
        type: `urn:parley:error:${String(code)}`,
      });
    }
  });

  function problemMediaOf(response: JsonObject): JsonObject {
    return asObject(asObject(response.content)['application/problem+json']);
  }

  function codesOf(response: JsonObject): string[] {
    const [, special] = asList(asObject(problemMediaOf(response).schema).allOf);
    const { status, code } = asObject(asObject(special).properties);
    return asList(asObject(code).enum).map((name) => `${String(asObject(status).const)} ${String(name)}`);
  }
});

describe('the operations', () => {
  it.each(restDocuments)(
    'of %s have an id of their own, a tag that is explained, and a summary',
    (_file, document) => {
      const tags = asList(document.tags).map((tag) => asObject(tag).name);
      const operations = Object.values(asObject(document.paths)).flatMap((item) =>
        Object.values(asObject(item)),
      );
      const ids = operations.map((operation) => asObject(operation).operationId);
      expect(new Set(ids).size).toBe(operations.length);
      for (const operation of operations.map(asObject)) {
        expect(tags).toEqual(expect.arrayContaining(asList(operation.tags)));
        expect(operation.summary).toEqual(expect.any(String));
      }
    },
  );

  it.each(eventDocuments)(
    'of %s have a summary and, when a client starts them, acknowledgements for both outcomes',
    (file, _path, document) => {
      for (const { name, message } of [...clientEvents(document), ...serverEvents(document)]) {
        expect([name, message.summary]).toEqual([name, expect.any(String)]);
      }
      // Over Socket.IO; a WebSocket of a dialect's own has no acknowledgements.
      const outcomes = plainDocuments.includes(file) ? 0 : 2;
      for (const { name, acks } of clientEvents(document))
        expect([name, acks.length]).toEqual([name, outcomes]);
    },
  );
});
