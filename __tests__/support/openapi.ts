/** Holds every REST answer of the suite against `swagger/openapi.yaml`: path, status, headers, body. */
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import {
  asObject,
  asText,
  isObject,
  type JsonObject,
  loadDocument,
  OPENAPI_PATH,
  resolveRef,
} from '../../src/docs/documents';

/** Header names in any case; a `Headers` object will do as well. */
export type AnswerHeaders = Headers | Record<string, string | string[] | undefined>;

const document = loadDocument(OPENAPI_PATH);
const templates = Object.keys(asObject(document.paths)).map(compileTemplate);
const validators = new Map<string, ValidateFunction>();
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats(ajv, ['date-time']);

/**
 * Throws when an answer is not what the document promises for this operation and status, or when the document does not
 * know them. What is not documented at all may only be answered with the 404 problem. `path` may bring a query.
 */
export function assertMatchesOpenapi(
  method: string,
  path: string,
  status: number,
  headers: AnswerHeaders,
  body: unknown,
): void {
  const label = `${method.toUpperCase()} ${path} -> ${status}`;
  const response = findResponse(method, path, status, label);
  assertHeaders(response, headers, label);
  assertBody(response, headers, body, label);
}

interface Template {
  template: string;
  pattern: RegExp;
  parameters: number;
}

function compileTemplate(template: string): Template {
  const source = template.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+');
  return { template, pattern: new RegExp(`^${source}/?$`), parameters: template.split('{').length - 1 };
}

/** The template a path belongs to; the one with fewest parameters wins, as in the router. */
function findTemplate(path: string, method: string): string | undefined {
  const [pathname = ''] = path.split('?');
  return templates
    .filter(({ template, pattern }) => pattern.test(pathname) && isObject(operationOf(template, method)))
    .sort((a, b) => a.parameters - b.parameters)[0]?.template;
}

function operationOf(template: string, method: string): unknown {
  return asObject(asObject(document.paths)[template])[method.toLowerCase()];
}

function findResponse(method: string, path: string, status: number, label: string): JsonObject {
  const template = findTemplate(path, method);
  if (template === undefined) {
    if (status === 404) return asObject(asObject(asObject(document.components).responses).NotFound);
    throw new Error(`${label}: openapi.yaml has no such operation`);
  }
  const responses = asObject(asObject(operationOf(template, method)).responses);
  const response = responses[String(status)];
  if (response === undefined) {
    throw new Error(`${label}: openapi.yaml documents only ${Object.keys(responses)} for ${template}`);
  }
  return resolveRef(document, response);
}

function assertHeaders(response: JsonObject, headers: AnswerHeaders, label: string): void {
  for (const [name, ref] of Object.entries(asObject(response.headers))) {
    const header = resolveRef(document, ref);
    const value = headerOf(headers, name);
    if (value === undefined && header.required === true) throw new Error(`${label}: no header ${name}`);
    if (value !== undefined)
      assertValid(asObject(header.schema), typed(header.schema, value), `${label} ${name}`);
  }
}

/** Header values are texts; a schema that wants a number gets one. */
function typed(schema: unknown, value: string): unknown {
  return asObject(schema).type === 'integer' && /^\d+$/.test(value) ? Number(value) : value;
}

function assertBody(response: JsonObject, headers: AnswerHeaders, body: unknown, label: string): void {
  const content = asObject(response.content);
  const mediaType = asText(headerOf(headers, 'content-type')).split(';')[0]?.trim() ?? '';
  const media = content[mediaType];
  if (media === undefined)
    throw new Error(`${label}: content-type "${mediaType}", not ${Object.keys(content)}`);
  assertValid(asObject(asObject(media).schema), body, label);
}

function headerOf(headers: AnswerHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const entry = Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return entry?.[1] === undefined ? undefined : String(entry[1]);
}

function assertValid(schema: JsonObject, value: unknown, label: string): void {
  const validate = validatorOf(schema);
  if (validate(value)) return;
  const faults = (validate.errors ?? []).slice(0, 8).map(describeFault).join('\n  ');
  throw new Error(
    `${label} does not match openapi.yaml:\n  ${faults}\n${JSON.stringify(value, null, 2)?.slice(0, 2000)}`,
  );
}

function validatorOf(schema: JsonObject): ValidateFunction {
  const key = JSON.stringify(schema);
  const known = validators.get(key);
  if (known) return known;
  const validate = ajv.compile({ ...schema, components: document.components });
  validators.set(key, validate);
  return validate;
}

function describeFault({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || '/'} ${message} ${JSON.stringify(params)}`;
}
