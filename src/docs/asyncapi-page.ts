import { type Html, html } from '../helpers/html';
import { clientEvents, type EventDocument, serverEvents } from './asyncapi-operations';
import { asList, asObject, asText, type JsonObject, resolveRef } from './documents';
import { inlineMarkdown, markdown } from './markdown';
import { schemaTable } from './schema-table';
import { describeType } from './schema-type';

type Direction = 'client' | 'server';

/** A page about something else that this one leads to. */
export interface PageLink {
  title: string;
  href: string;
}

/** Renders an AsyncAPI document as one HTML page that needs no script; `style` is its style sheet, `links` stand below its title. */
export function renderAsyncapiPage(document: JsonObject, style: string, links: readonly PageLink[]): string {
  const info = asObject(document.info);
  const incoming = clientEvents(document);
  const outgoing = serverEvents(document);
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${asText(info.title)}</title>
<style>${{ html: style }}</style>
</head>
<body>
<nav aria-label="Events">
${eventLinks('Client sends', 'client', incoming)}
${eventLinks('Server sends', 'server', outgoing)}
<p><a href="#schemas">Schemas</a></p>
</nav>
<main>
<h1>${asText(info.title)}</h1>
<p class="links">Version ${asText(info.version)}${links.map(({ title, href }) => html` · <a href="${href}">${title}</a>`)}</p>
${markdown(asText(info.description))}
<h2 id="client">Client sends</h2>
${incoming.map((event) => eventSection(document, event, 'client'))}
<h2 id="server">Server sends</h2>
${outgoing.map((event) => eventSection(document, event, 'server'))}
<h2 id="schemas">Schemas</h2>
${Object.entries(asObject(asObject(document.components).schemas)).map(schemaSection)}
</main>
</body>
</html>
`;
  return page.html;
}

function eventLinks(title: string, direction: Direction, events: EventDocument[]): Html {
  const links = events.map(({ name }) => html`<li><a href="#${direction}-${name}">${name}</a></li>\n`);
  return html`<details open><summary><a href="#${direction}">${title}</a></summary>
<ul>
${links}</ul></details>`;
}

function eventSection(document: JsonObject, event: EventDocument, direction: Direction): Html {
  const { name, message, acks } = event;
  const id = `${direction}-${name}`;
  return html`<section id="${id}">
<h3><a href="#${id}"><code>${name}</code></a> <span>${asText(message.title)}</span></h3>
<p>${inlineMarkdown(asText(message.summary))}</p>
${markdown(asText(message.description))}
<h4>Payload</h4>
${schemaTable(resolveRef(document, message.payload))}
${exampleBlocks(document, message)}
${ackList(document, acks)}
</section>
`;
}

/** Examples of the message itself, or else those of the one schema it carries. */
function exampleBlocks(document: JsonObject, message: JsonObject): Html[] {
  const own = asList(message.examples).map(asObject);
  const examples = own.length > 0 ? own : derivedExamples(document, message);
  return examples.map(
    ({ name, payload }) => html`<h4>Example${name ? `: ${name}` : undefined}</h4>\n${codeBlock(payload)}`,
  );
}

function derivedExamples(document: JsonObject, message: JsonObject): JsonObject[] {
  const properties = Object.entries(asObject(resolveRef(document, message.payload).properties));
  const payload: JsonObject = {};
  for (const [key, value] of properties) {
    const schema = resolveRef(document, value);
    const listed = schema.type === 'array' ? asList(resolveRef(document, schema.items).examples) : undefined;
    const [example] = listed ? [listed.slice(0, 1)] : asList(schema.examples);
    if (example !== undefined) payload[key] = example;
  }
  return Object.keys(payload).length > 0 ? [{ payload }] : [];
}

function ackList(document: JsonObject, acks: JsonObject[]): Html | undefined {
  if (acks.length === 0) return undefined;
  return html`<h4>Acknowledgement</h4>
<ul class="acks">
${acks.map((ack) => html`<li>${asText(ack.title)}: ${ackShape(document, ack.payload)}</li>\n`)}</ul>`;
}

/** `{ ok: true, message: Message }`, with links. */
function ackShape(document: JsonObject, payload: unknown): Html {
  const schema = asObject(payload);
  if (schema.$ref) return describeType(payload);
  const fields = Object.entries(asObject(resolveRef(document, payload).properties));
  const shown = fields.map(([key, value], index) => {
    const isInline = asObject(value).properties !== undefined;
    return html`${index > 0 ? ', ' : ''}${key}: ${isInline ? ackShape(document, value) : describeType(value)}`;
  });
  return html`<span class="shape">{ ${shown} }</span>`;
}

function schemaSection([name, value]: [string, unknown]): Html {
  const schema = asObject(value);
  const [example] = asList(schema.examples);
  return html`<section id="schema-${name}">
<h3><a href="#schema-${name}"><code>${name}</code></a></h3>
${markdown(asText(schema.description))}
${schemaTable(schema)}
${example === undefined ? undefined : codeBlock(example)}
</section>
`;
}

function codeBlock(value: unknown): Html {
  return html`<pre><code>${JSON.stringify(value, null, 2)}</code></pre>`;
}
