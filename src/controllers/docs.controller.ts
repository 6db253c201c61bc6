import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { generateHTML, type SwaggerUiOptions, serveFiles } from 'swagger-ui-express';
import { type PageLink, renderAsyncapiPage } from '../docs/asyncapi-page';
import { ASYNCAPI_PATH, dialectDocuments, loadDocument, OPENAPI_PATH } from '../docs/documents';
import { PAGE_STYLE } from '../docs/page-style';
import { lazily } from '../helpers/lazily';

/** Where the pages live; Swagger UI's files need it, since a page without a slash at its end cannot name them relatively. */
export const DOCS_PATH = '/api/docs';

const LOCAL_ONLY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** Swagger UI brings style attributes of its own; it needs no eval. */
const SWAGGER_POLICY = `${LOCAL_ONLY}; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'`;
const EVENTS_POLICY = `${LOCAL_ONLY}; style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'`;

/** The documents of one dialect, and the address below which they are shown. */
interface DialectDocs {
  title: string;
  prefix: string;
  openapi: string | undefined;
  asyncapi: string | undefined;
}

export interface DocsController {
  swaggerPage: RequestHandler;
  /** Swagger UI's own files. */
  swaggerAssets: RequestHandler[];
  /** The documents and the page of events, by path below `DOCS_PATH`. */
  documents: ReadonlyMap<string, RequestHandler>;
}

/**
 * Serves the documents of the native API and of these dialects, and the pages made of them. Each is read and rendered once, when
 * somebody first asks for it.
 */
export function createDocsController(dialects: readonly string[]): DocsController {
  const all: DialectDocs[] = [
    { title: 'native', prefix: '', openapi: OPENAPI_PATH, asyncapi: ASYNCAPI_PATH },
    ...dialects.map((name) => ({ title: name, prefix: `/${name}`, ...dialectDocuments(name) })),
  ];
  const options = swaggerOptions(all);
  const swaggerPage = lazily(() =>
    generateHTML(undefined, options)
      .replaceAll('"./', `"${DOCS_PATH}/`)
      // Swagger UI's page has none, so phones show it in the width of a desk.
      .replace('<head>', '<head><meta name="viewport" content="width=device-width, initial-scale=1">'),
  );
  return {
    swaggerPage: sendPage(swaggerPage, SWAGGER_POLICY),
    swaggerAssets: serveFiles(undefined, options),
    documents: new Map(all.flatMap((docs) => documentsOf(docs, all))),
  };
}

/** With several REST documents the page lets one choose; `/api/docs?urls.primaryName=v1` leads to one of them. */
function swaggerOptions(all: readonly DialectDocs[]): SwaggerUiOptions {
  const urls = all.flatMap(({ title, prefix, openapi }) =>
    openapi === undefined ? [] : [{ name: title, url: `${DOCS_PATH}${prefix}/openapi.json` }],
  );
  const hasChoice = urls.length > 1;
  return {
    customSiteTitle: 'Parley REST API',
    swaggerUrl: `${DOCS_PATH}/openapi.json`,
    ...(hasChoice ? { explorer: true } : { customCss: '.swagger-ui .topbar { display: none }' }),
    swaggerOptions: {
      ...(hasChoice && { urls }),
      // The default asks a public service about the document.
      validatorUrl: null,
      docExpansion: 'list',
      defaultModelsExpandDepth: 0,
      displayRequestDuration: true,
      tryItOutEnabled: true,
    },
  };
}

function documentsOf(docs: DialectDocs, all: readonly DialectDocs[]): Array<[string, RequestHandler]> {
  const { prefix, openapi, asyncapi } = docs;
  const served: Array<[string, RequestHandler]> = [];
  if (asyncapi !== undefined) {
    const page = lazily(() => renderAsyncapiPage(loadDocument(asyncapi), PAGE_STYLE, linksOf(docs, all)));
    served.push([`${prefix}/events`, sendPage(page, EVENTS_POLICY)]);
    served.push([`${prefix}/asyncapi.json`, sendDocument(asyncapi)]);
  }
  if (openapi !== undefined) served.push([`${prefix}/openapi.json`, sendDocument(openapi)]);
  return served;
}

function linksOf({ title, prefix, openapi }: DialectDocs, all: readonly DialectDocs[]): PageLink[] {
  const rest = {
    title: 'REST API',
    href: openapi && prefix ? `${DOCS_PATH}?urls.primaryName=${title}` : DOCS_PATH,
  };
  const others = all.filter((other) => other.asyncapi !== undefined && other.prefix !== prefix);
  return [
    rest,
    { title: 'AsyncAPI document', href: `${DOCS_PATH}${prefix}/asyncapi.json` },
    ...others.map((other) => ({
      title: `Events of ${other.title}`,
      href: `${DOCS_PATH}${other.prefix}/events`,
    })),
  ];
}

function sendPage(page: () => string, policy: string): RequestHandler {
  return (_req, res) => {
    res.setHeader('Content-Security-Policy', policy);
    res.type('html').send(page());
  };
}

function sendDocument(file: string): RequestHandler {
  const text = lazily(() => JSON.stringify(loadDocument(file)));
  return (_req, res) => {
    res.type('json').send(text());
  };
}
