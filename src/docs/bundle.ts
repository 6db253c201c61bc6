import { asObject, isObject, type JsonObject } from './json';

/** `$ref: 'openapi.yaml#/components/schemas/User'`: what a document borrows from another. */
const BORROWED = /^([\w.-]+\.yaml)#\/components\/(\w+)\/([\w.-]+)$/;
const OWN = /^#\/components\/(\w+)\/([\w.-]+)$/;

/**
 * Makes a document stand alone: what it borrows from another comes into its own components, with all that this refers to. So a dialect's
 * document says once more only what differs.
 * @throws Error when a name would then mean two things, or a ref leads nowhere.
 */
export function bundle(document: JsonObject, read: (file: string) => JsonObject): JsonObject {
  const copy = structuredClone(document);
  const components = asObject(copy.components);
  const borrowed = new Map<string, string>();

  function borrow(file: string, kind: string, name: string): string {
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

  copy.components = components;
  visit(structuredRoots(copy), undefined);
  return copy;
}

/** Everything but what is borrowed meanwhile, which is visited when it comes. */
function structuredRoots(document: JsonObject): unknown[] {
  const own = Object.values(asObject(document.components)).map((group) => Object.values(asObject(group)));
  const { components: _later, ...rest } = document;
  return [rest, ...own];
}
