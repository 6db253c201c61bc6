import { type Html, html } from '../helpers/html';
import { asList, asObject, asText, isObject, type JsonObject } from './documents';
import { inlineMarkdown } from './markdown';
import { alternativesOf, describeLimits, describeType } from './schema-type';

interface Row {
  name: string;
  schema: JsonObject;
  isRequired: boolean;
}

/** A table of an object's properties; the bare type for what is no object. */
export function schemaTable(schema: JsonObject): Html {
  const rows = rowsOf(schema, '');
  if (rows.length === 0) return plainSchema(schema);
  return html`<table>
<thead><tr><th>Property</th><th>Type</th><th>Meaning</th></tr></thead>
<tbody>
${rows.map(tableRow)}</tbody>
</table>
${requirementNote(schema)}`;
}

/** The properties of inline objects follow their parent as `parent.child`, those of listed objects as `parent[].child`. */
function rowsOf(schema: JsonObject, prefix: string): Row[] {
  const required = asList(schema.required);
  return Object.entries(asObject(schema.properties)).flatMap(([key, value]) => {
    const property = asObject(value);
    const name = `${prefix}${key}`;
    return [
      { name, schema: property, isRequired: required.includes(key) },
      ...rowsOf(property, `${name}.`),
      ...rowsOf(asObject(property.items), `${name}[].`),
    ];
  });
}

function tableRow({ name, schema, isRequired }: Row): Html {
  return html`<tr>
<td><code>${name}</code>${isRequired ? undefined : html` <small>optional</small>`}</td>
<td>${describeType(schema)}</td>
<td>${meaning(schema)}</td>
</tr>
`;
}

function meaning(schema: JsonObject): Html {
  const limits = describeLimits(schema);
  return html`${inlineMarkdown(asText(schema.description))}${limits && html` <small>${limits}</small>`}`;
}

function plainSchema(schema: JsonObject): Html {
  const limits = describeLimits(schema);
  const isChoice = alternativesOf(schema).length > 0;
  return html`<p class="type">${isChoice ? 'One of ' : undefined}${describeType(schema)}${
    limits && html` <small>${limits}</small>`
  }</p>`;
}

/** Says that one of several properties is needed. */
function requirementNote(schema: JsonObject): Html | undefined {
  const names = asList(schema.anyOf)
    .filter(isObject)
    .flatMap((branch) => asList(branch.required).map(String));
  if (names.length === 0) return undefined;
  return html`<p>Needs ${names.map((name, index) => html`${index > 0 ? ' or ' : ''}<code>${name}</code>`)}.</p>`;
}
