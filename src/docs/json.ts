/** A parsed YAML or JSON object whose shape its reader has to check. */
export type JsonObject = { [key: string]: unknown };

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
