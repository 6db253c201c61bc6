/** The API documents of the `swagger/` folder: found from `src/` and from `dist/` alike, read once by whoever needs them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

/** A parsed YAML or JSON object whose shape its reader has to check. */
export type JsonObject = { [key: string]: unknown };

const SWAGGER_DIR = path.resolve(__dirname, '..', '..', 'swagger');

export const OPENAPI_PATH = path.join(SWAGGER_DIR, 'openapi.yaml');
export const ASYNCAPI_PATH = path.join(SWAGGER_DIR, 'asyncapi.yaml');

/** Reads and parses one document. @throws Error when the file is missing, is no YAML or holds no object. */
export function loadDocument(file: string): JsonObject {
  const document: unknown = parse(readFileSync(file, 'utf8'));
  if (!isObject(document)) throw new Error(`${path.basename(file)} holds no object`);
  return document;
}

/** True for an object that is neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `value` as an object, an empty one when it is none. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** `value` as a list, an empty one when it is none. */
export function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** `value` as a text, empty when it is none. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Follows `{ $ref: '#/...' }` (and a ref that leads to another) within `document`; what is no ref is returned as it is. */
export function resolveRef(document: JsonObject, value: unknown): JsonObject {
  let current = asObject(value);
  for (let hops = 0; typeof current.$ref === 'string' && hops < 10; hops += 1) {
    current = asObject(lookUp(document, current.$ref));
  }
  return current;
}

/** The last segment of a `$ref`, which names the component; empty when `value` is no ref. */
export function refName(value: unknown): string {
  return asText(asObject(value).$ref).split('/').slice(-1).join('');
}

function lookUp(document: JsonObject, ref: string): unknown {
  const segments = ref.replace(/^#\//, '').split('/');
  return segments.reduce<unknown>((at, segment) => asObject(at)[segment], document);
}
