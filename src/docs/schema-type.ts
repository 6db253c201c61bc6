import { type Html, html } from '../helpers/html';
import { asList, asObject, asText, isObject, type JsonObject, refName } from './documents';

/** The type of a schema in a few words, with links to the schemas it names. */
export function describeType(value: unknown): Html {
  const schema = asObject(value);
  const name = refName(schema);
  if (name) return html`<a href="#schema-${name}">${name}</a>`;
  if ('const' in schema) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (Array.isArray(schema.enum))
    return joined(schema.enum.map((word) => html`<code>${String(word)}</code>`));
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0) return joined(alternatives.map(describeType));
  return describePlainType(schema);
}

/** What a `oneOf`, or an `if` with its `then` and `else`, leaves to choose from. */
export function alternativesOf(schema: JsonObject): unknown[] {
  if (Array.isArray(schema.oneOf)) return schema.oneOf;
  return [schema.then, schema.else].flatMap(branches);
}

function branches(value: unknown): unknown[] {
  if (!isObject(value)) return [];
  if (refName(value)) return [value];
  return [...asList(value.allOf).flatMap(branches), ...alternativesOf(value)];
}

function describePlainType(schema: JsonObject): Html {
  if (schema.type === 'array') return html`list of ${describeType(schema.items)}`;
  if (schema.type === 'object' && isObject(schema.additionalProperties)) {
    return html`map to ${describeType(schema.additionalProperties)}`;
  }
  if (schema.type === undefined) return html`anything`;
  return joined([schema.type].flat().map((type) => html`${asText(type)}`));
}

/** Limits and default of a schema, such as `1 to 128 characters`. */
export function describeLimits(value: unknown): string {
  const schema = asObject(value);
  const parts = [
    range(schema.minLength, schema.maxLength, 'characters'),
    range(schema.minItems, schema.maxItems, 'entries'),
    range(undefined, schema.maxProperties, 'entries'),
    range(schema.minimum, schema.maximum, ''),
    schema.format === 'date-time' ? 'ISO 8601' : '',
    asText(schema.pattern).includes('[0-9a-fA-F]{24}') ? '24 hexadecimal digits' : '',
    'default' in schema ? `default ${JSON.stringify(schema.default)}` : '',
  ];
  return parts.filter((part) => part !== '').join('; ');
}

function range(min: unknown, max: unknown, unit: string): string {
  const text = [min, max].every((bound) => typeof bound === 'number')
    ? `${min} to ${max}`
    : typeof max === 'number'
      ? `at most ${max}`
      : typeof min === 'number'
        ? `at least ${min}`
        : '';
  return `${text} ${text && unit}`.trim();
}

function joined(parts: Html[]): Html {
  return html`${parts.map((part, index) => (index === 0 ? part : html` or ${part}`))}`;
}
