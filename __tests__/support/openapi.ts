/** Holds every REST answer of the suite against the OpenAPI documents, the native one and the dialects': path, status, headers, body. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { AVAILABLE_DIALECTS } from '../../src/config/env-dialects';
import {
  asObject,
  asText,
  dialectDocuments,
  isObject,
  type JsonObject,
  loadDocument,
  OPENAPI_PATH,
  resolveRef,
} from '../../src/docs/documents';

/** Header names in any case; a `Headers` object will do as well. */
export type AnswerHeaders = Headers | Record<string, string | string[] | undefined>;

const native = loadDocument(OPENAPI_PATH);
const documents = [
  { dialect: 'native', document: native },
  ...AVAILABLE_DIALECTS.flatMap((dialect) => {
    const file = dialectDocuments(dialect).openapi;
    return file === undefined ? [] : [{ dialect, document: loadDocument(file) }];
  }),
];
const templates = documents.flatMap(({ dialect, document }) =>
  Object.keys(asObject(document.paths)).map((template) => compileTemplate(dialect, document, template)),
);
const validators = new Map<string, ValidateFunction>();
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv, ['date-time']);

/**
 * Throws when an answer is not what the document promises for this operation and status, or when the document does not
 * know them. What is not documented at all may only be answered with the 404 problem. `path` may bring a query. Where the document of the
 * caller's own dialect has the path as well, that counts.
 */
export function assertMatchesOpenapi(
  method: string,
  path: string,
  status: number,
  headers: AnswerHeaders,
  body: unknown,
  dialect = 'native',
): void {
  const label = `${method.toUpperCase()} ${path} -> ${status}`;
  const promised = findResponse({ method, path, dialect }, status, label);
  assertHeaders(promised, headers, label);
  assertBody(promised, headers, body, label);
}

/** The native document and those of the dialects that have one. */
export function openapiDocuments(): JsonObject[] {
  return documents.map(({ document }) => document);
}

interface Template {
  dialect: string;
  document: JsonObject;
  template: string;
  pattern: RegExp;
  parameters: number;
}

function compileTemplate(dialect: string, document: JsonObject, template: string): Template {
  const source = template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+');
  return {
    dialect,
    document,
    template,
    pattern: new RegExp(`^${source}/?$`),
    parameters: template.split('{').length - 1,
  };
}

interface Asked {
  method: string;
  path: string;
  /** Of the caller's session. */
  dialect: string;
}

/** The template a path belongs to; the one with fewest parameters wins, as in the router. */
function findTemplate({ path, method, dialect }: Asked): Template | undefined {
  const [pathname = ''] = path.split('?');
  const found = templates
    .filter((candidate) => candidate.pattern.test(pathname) && isObject(operationOf(candidate, method)))
    .sort((a, b) => a.parameters - b.parameters);
  const best = found.filter(({ parameters }) => parameters === found[0]?.parameters);
  return best.find((candidate) => candidate.dialect === dialect) ?? best[0];
}

function operationOf({ document, template }: Template, method: string): unknown {
  return asObject(asObject(document.paths)[template])[method.toLowerCase()];
}

/** What a document promises for a status. */
interface Promised {
  document: JsonObject;
  response: JsonObject;
}

function findResponse(asked: Asked, status: number, label: string): Promised {
  const found = findTemplate(asked);
  if (found === undefined) {
    const { NotFound } = asObject(asObject(native.components).responses);
    if (status === 404) return { document: native, response: asObject(NotFound) };
    throw new Error(`${label}: the OpenAPI documents have no such operation`);
  }
  const { document } = found;
  const responses = asObject(asObject(operationOf(found, asked.method)).responses);
  const response = responses[String(status)];
  if (response === undefined) {
    throw new Error(`${label}: documented are only ${Object.keys(responses)} for ${found.template}`);
  }
  return { document, response: resolveRef(document, response) };
}

function assertHeaders({ document, response }: Promised, headers: AnswerHeaders, label: string): void {
  for (const [name, ref] of Object.entries(asObject(response.headers))) {
    const header = resolveRef(document, ref);
    const value = headerOf(headers, name);
    if (value === undefined && header.required === true) throw new Error(`${label}: no header ${name}`);
    if (value !== undefined)
      assertValid(document, asObject(header.schema), typed(header.schema, value), `${label} ${name}`);
  }
}

/** Header values are texts; a schema that wants a number gets one. */
function typed(schema: unknown, value: string): unknown {
  return asObject(schema).type === 'integer' && /^\d+$/.test(value) ? Number(value) : value;
}

function assertBody(
  { document, response }: Promised,
  headers: AnswerHeaders,
  body: unknown,
  label: string,
): void {
  const content = asObject(response.content);
  const mediaType = asText(headerOf(headers, 'content-type')).split(';')[0]?.trim() ?? '';
  const media = content[mediaType];
  if (media === undefined)
    throw new Error(`${label}: content-type "${mediaType}", not ${Object.keys(content)}`);
  assertValid(document, asObject(asObject(media).schema), body, label);
}

function headerOf(headers: AnswerHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const entry = Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return entry?.[1] === undefined ? undefined : String(entry[1]);
}

function assertValid(document: JsonObject, schema: JsonObject, value: unknown, label: string): void {
  const validate = validatorOf(document, schema);
  if (validate(value)) return;
  const faults = (validate.errors ?? []).slice(0, 8).map(describeFault).join('\n  ');
  throw new Error(
    `${label} does not match its OpenAPI document:\n  ${faults}\n${JSON.stringify(value, null, 2)?.slice(0, 2000)}`,
  );
}

function validatorOf(document: JsonObject, schema: JsonObject): ValidateFunction {
  const key = `${asText(asObject(document.info).title)} ${JSON.stringify(schema)}`;
  const known = validators.get(key);
  if (known) return known;
  const validate = ajv.compile({ ...schema, components: document.components });
  validators.set(key, validate);
  return validate;
}

function describeFault({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || '/'} ${message} ${JSON.stringify(params)}`;
}
