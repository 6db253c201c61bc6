import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import helmet from 'helmet';
import { AVAILABLE_DIALECTS } from '../../src/config/env-dialects';
import { clientEvents, serverEvents } from '../../src/docs/asyncapi-operations';
import { ASYNCAPI_PATH, dialectDocuments, loadDocument, OPENAPI_PATH } from '../../src/docs/documents';
import { createDocsRouter } from '../../src/routes/docs.routes';

const ofDialects = AVAILABLE_DIALECTS.map((name) => ({ name, ...dialectDocuments(name) }));

let server: Server;
let origin: string;

beforeAll(async () => {
  const app = express().use(helmet()).use('/api/docs', createDocsRouter(AVAILABLE_DIALECTS));
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

const get = (path: string) => fetch(`${origin}${path}`, { redirect: 'manual' });

describe('GET /api/docs', () => {
  it.each(['/api/docs', '/api/docs/'])('shows Swagger UI at %s without a redirect', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('<title>Parley REST API</title>');
  });

  it('loads only files that this server has', async () => {
    const page = await (await get('/api/docs')).text();
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(files.length).toBeGreaterThan(3);
    for (const file of files.filter((name) => !name.startsWith('#'))) {
      expect([file, (await get(file)).status]).toEqual([file, 200]);
    }
  });

  it('allows neither foreign code nor eval', async () => {
    const policy = (await get('/api/docs')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe-eval|https?:|\*/);
  });

  it('reads the document from this server and sends it to no validator', async () => {
    const script = await (await get('/api/docs/swagger-ui-init.js')).text();
    expect(script).toContain('"swaggerUrl": "/api/docs/openapi.json"');
    expect(script).toContain('"validatorUrl": null');
  });
});

describe('the choice of dialects', () => {
  const withEvents = ofDialects.flatMap(({ name, asyncapi }) => (asyncapi ? [{ name, asyncapi }] : []));
  it.each(withEvents)('has a page of events for $name, which the native one leads to', async (dialect) => {
    const { name, asyncapi } = dialect;
    const page = await (await get('/api/docs/events')).text();
    expect(page).toContain(`href="/api/docs/${name}/events"`);
    const own = await (await get(`/api/docs/${name}/events`)).text();
    for (const event of clientEvents(loadDocument(asyncapi)))
      expect(own).toContain(`<section id="client-${event.name}">`);
  });

  it.each(ofDialects.filter(({ openapi }) => openapi))(
    'offers the REST document of $name in Swagger UI',
    async ({ name }) => {
      const script = await (await get('/api/docs/swagger-ui-init.js')).text();
      expect(script).toContain(`"url": "/api/docs/${name}/openapi.json"`);
    },
  );

  it('shows nothing of dialects that are not spoken here', async () => {
    const alone = express().use('/api/docs', createDocsRouter([]));
    const there = createServer(alone).listen(0, '127.0.0.1');
    await once(there, 'listening');
    const address = `http://127.0.0.1:${(there.address() as AddressInfo).port}/api/docs`;
    for (const name of AVAILABLE_DIALECTS)
      expect((await fetch(`${address}/${name}/asyncapi.json`)).status).toBe(404);
    expect(await (await fetch(`${address}/swagger-ui-init.js`)).text()).not.toContain('"urls"');
    there.close();
    there.closeAllConnections();
    await once(there, 'close');
  });
});

describe('the raw documents', () => {
  const files: Array<[string, string]> = [
    ['/api/docs/openapi.json', OPENAPI_PATH],
    ['/api/docs/asyncapi.json', ASYNCAPI_PATH],
  ];
  for (const { name, openapi, asyncapi } of ofDialects) {
    if (openapi) files.push([`/api/docs/${name}/openapi.json`, openapi]);
    if (asyncapi) files.push([`/api/docs/${name}/asyncapi.json`, asyncapi]);
  }
  it.each(files)('are served as JSON at %s', async (path, file) => {
    const answer = await get(path);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await answer.json()).toEqual(loadDocument(file));
  });
});

describe('GET /api/docs/events', () => {
  const asyncapi = loadDocument(ASYNCAPI_PATH);
  let page: string;
  let policy: string;

  beforeAll(async () => {
    const answer = await get('/api/docs/events');
    policy = answer.headers.get('content-security-policy') ?? '';
    page = await answer.text();
  });

  it('has a section for every event, in both directions', () => {
    for (const { name } of clientEvents(asyncapi)) expect(page).toContain(`<section id="client-${name}">`);
    for (const { name } of serverEvents(asyncapi)) expect(page).toContain(`<section id="server-${name}">`);
  });

  it('has a target for every link within the page', () => {
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]));
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]);
    expect(targets.length).toBeGreaterThan(100);
    expect(targets.filter((target) => !ids.has(target))).toEqual([]);
  });

  it('needs no script, and only its own style', () => {
    expect(page).not.toContain('<script');
    expect(policy).toMatch(/default-src 'none';.*style-src 'sha256-[^']+'$/);
    expect(policy).not.toContain('unsafe');
  });

  it('shows payloads, examples and acknowledgements', () => {
    const section = page.split('<section id="client-send_message">')[1]?.split('</section>')[0] ?? '';
    expect(section).toContain('<code>tempId</code> <small>optional</small>');
    expect(section).toContain('<a href="#schema-ContentInput">ContentInput</a>');
    expect(section).toContain('&quot;text&quot;: &quot;Hello!&quot;');
    expect(section).toContain('<a href="#schema-Message">Message</a>');
  });
});
