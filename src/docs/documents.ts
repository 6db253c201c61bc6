/** The API documents of the `swagger/` folder: found from `src/` and from `dist/` alike, read once by whoever needs them. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { load } from 'js-yaml';
import { bundle } from './bundle';
import { asObject, asText, isObject, type JsonObject } from './json';

export { asList, asObject, asText, isObject, type JsonObject } from './json';

const SWAGGER_DIR = path.resolve(__dirname, '..', '..', 'swagger');

export const OPENAPI_PATH = path.join(SWAGGER_DIR, 'openapi.yaml');
export const ASYNCAPI_PATH = path.join(SWAGGER_DIR, 'asyncapi.yaml');

/** Where the documents of a dialect are; one without REST routes has no OpenAPI document, one without events no AsyncAPI document. */
export function dialectDocuments(name: string): {
  openapi: string | undefined;
  asyncapi: string | undefined;
} {
  const find = (kind: string) => {
    const file = path.join(SWAGGER_DIR, `${name}.${kind}.yaml`);
    return existsSync(file) ? file : undefined;
  };
  return { openapi: find('openapi'), asyncapi: find('asyncapi') };
}

/**
 * Reads and parses one document, with what it borrows from the others of its folder.
 * @throws Error when a file is missing, is no YAML or holds no object.
 */
export function loadDocument(file: string): JsonObject {
  const folder = path.dirname(file);
  return bundle(readYaml(file), (name) => readYaml(path.join(folder, name)));
}

/** The documents as they are in their files: every one but the native ones borrows from these, and parsing takes its time. */
const parsed = new Map<string, JsonObject>();

function readYaml(file: string): JsonObject {
  const known = parsed.get(file) ?? parseYaml(file);
  parsed.set(file, known);
  return known;
}

function parseYaml(file: string): JsonObject {
  const document: unknown = load(readFileSync(file, 'utf8'));
  if (!isObject(document)) throw new Error(`${path.basename(file)} holds no object`);
  return document;
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
