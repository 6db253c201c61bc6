import { createHash } from 'node:crypto';
import type { RequestHandler } from 'express';
import { generateHTML, type SwaggerUiOptions, serveFiles } from 'swagger-ui-express';
import { renderAsyncapiPage } from '../docs/asyncapi-page';
import { ASYNCAPI_PATH, loadDocument, OPENAPI_PATH } from '../docs/documents';
import { PAGE_STYLE } from '../docs/page-style';

/** Where the pages live; Swagger UI's files need it, since a page without a slash at its end cannot name them relatively. */
export const DOCS_PATH = '/api/docs';

const LOCAL_ONLY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** Swagger UI brings style attributes of its own; it needs no eval. */
const SWAGGER_POLICY = `${LOCAL_ONLY}; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'`;
const EVENTS_POLICY = `${LOCAL_ONLY}; style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'`;

const SWAGGER_OPTIONS: SwaggerUiOptions = {
  customSiteTitle: 'Parley REST API',
  customCss: '.swagger-ui .topbar { display: none }',
  swaggerUrl: `${DOCS_PATH}/openapi.json`,
  swaggerOptions: {
    // The default asks a public service about the document.
    validatorUrl: null,
    docExpansion: 'list',
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    tryItOutEnabled: true,
  },
};

export interface DocsController {
  swaggerPage: RequestHandler;
  /** Swagger UI's own files. */
  swaggerAssets: RequestHandler[];
  openapiDocument: RequestHandler;
  eventsPage: RequestHandler;
  asyncapiDocument: RequestHandler;
}

/** Reads both documents and renders the pages, once. @throws Error when a document is missing or broken. */
export function createDocsController(): DocsController {
  const openapi = JSON.stringify(loadDocument(OPENAPI_PATH));
  const asyncapi = loadDocument(ASYNCAPI_PATH);
  const swaggerPage = generateHTML(undefined, SWAGGER_OPTIONS)
    .replaceAll('"./', `"${DOCS_PATH}/`)
    // Swagger UI's page has none, so phones show it in the width of a desk.
    .replace('<head>', '<head><meta name="viewport" content="width=device-width, initial-scale=1">');
  return {
    swaggerPage: sendPage(swaggerPage, SWAGGER_POLICY),
    swaggerAssets: serveFiles(undefined, SWAGGER_OPTIONS),
    openapiDocument: sendJson(openapi),
    eventsPage: sendPage(renderAsyncapiPage(asyncapi, PAGE_STYLE), EVENTS_POLICY),
    asyncapiDocument: sendJson(JSON.stringify(asyncapi)),
  };
}

function sendPage(page: string, policy: string): RequestHandler {
  return (_req, res) => {
    res.setHeader('Content-Security-Policy', policy);
    res.type('html').send(page);
  };
}

function sendJson(text: string): RequestHandler {
  return (_req, res) => {
    res.type('json').send(text);
  };
}
