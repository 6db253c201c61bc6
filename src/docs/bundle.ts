import { asObject, asText, isObject, type JsonObject } from './json';

/** `$ref: 'openapi.yaml#/components/schemas/User'`: what a document borrows from another. */
const BORROWED = /^([\w.-]+\.yaml)#\/components\/(\w+)\/([\w.-]+)$/;
/** `$ref: 'openapi.yaml#/paths/~1api~1chats'`: a path with all its operations. */
const BORROWED_PATH = /^([\w.-]+\.yaml)#\/paths\/([^/]+)$/;
const OWN = /^#\/components\/(\w+)\/([\w.-]+)$/;

/**
 * Makes a document stand alone: what it borrows from another comes into its own components, with all that this refers to. So a dialect's
 * document says once more only what differs. Its `x-instead` names what stands for a schema in what it borrows: where a path has `Message`, it
 * then has `KebabMessage`.
 * @throws Error when a name would then mean two things, or a ref leads nowhere.
 */
export function bundle(document: JsonObject, read: (file: string) => JsonObject): JsonObject {
  const copy = structuredClone(document);
  const components = asObject(copy.components);
  const borrowed = new Map<string, string>();
  const { 'x-instead': instead, ...own } = copy;

  function borrow(file: string, kind: string, name: string): string {
    const replacement = kind === 'schemas' ? asObject(instead)[name] : undefined;
    if (typeof replacement === 'string') return `#/components/schemas/${replacement}`;
    const group = asObject(components[kind]);
    const key = `${kind}/${name}`;
    if (!borrowed.has(key)) {
      if (name in group) throw new Error(`${key} is the document's own and borrowed from ${file}`);
      const found = asObject(asObject(read(file).components)[kind])[name];
      if (found === undefined) throw new Error(`${file} has no ${key}`);
      borrowed.set(key, file);
      const here = structuredClone(found);
      components[kind] = Object.assign(group, { [name]: here });
      visit(here, file);
    } else if (borrowed.get(key) !== file) throw new Error(`${key} is borrowed from two documents`);
    return `#/components/${key}`;
  }

  /** `file` is where the value came from, undefined for the document itself. */
  function visit(value: unknown, file: string | undefined): void {
    if (Array.isArray(value)) for (const entry of value) visit(entry, file);
    if (!isObject(value)) return;
    if (typeof value.$ref === 'string') {
      const [, from, kind, name] = BORROWED.exec(value.$ref) ?? [];
      const [, ownKind, ownName] = file === undefined ? [] : (OWN.exec(value.$ref) ?? []);
      if (from && kind && name) value.$ref = borrow(from, kind, name);
      else if (file !== undefined && ownKind && ownName) value.$ref = borrow(file, ownKind, ownName);
    }
    for (const child of Object.values(value)) visit(child, file);
  }

  /** Puts the operations of a path in the place of the ref to them. */
  function borrowPaths(paths: JsonObject): void {
    for (const [path, item] of Object.entries(paths)) {
      const [, file, name] = BORROWED_PATH.exec(asText(asObject(item).$ref)) ?? [];
      if (!file || !name) continue;
      const found = asObject(read(file).paths)[name.replaceAll('~1', '/')];
      if (found === undefined) throw new Error(`${file} has no path ${name}`);
      const here = structuredClone(found);
      paths[path] = here;
      visit(here, file);
    }
  }

  own.components = components;
  visit(structuredRoots(own), undefined);
  borrowPaths(asObject(own.paths));
  return own;
}

/** Everything but what is borrowed meanwhile, which is visited when it comes. */
function structuredRoots(document: JsonObject): unknown[] {
  const own = Object.values(asObject(document.components)).map((group) => Object.values(asObject(group)));
  const { components: _later, ...rest } = document;
  return [rest, ...own];
}
