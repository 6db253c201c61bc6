import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Express } from 'express';
import { createApp } from '../../src/app';
import { loadConfig } from '../../src/config/env';
import { asObject } from '../../src/docs/documents';
import { testMongoUri, uniqueDbName } from '../support/mongo';
import { openapiDocuments } from '../support/openapi';

/** The parts of Express's router that tell which routes there are. */
interface Layer {
  rawPath?: unknown;
  route?: { path: string | string[]; stack: Array<{ method?: string }> };
  handle?: { stack?: Layer[] };
}

/** All but the page and its files. */
const API_PREFIXES = ['/api', '/health', '/metrics', '/.well-known', ...rootsOfDialects()];
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

const dataDir = mkdtempSync(path.join(tmpdir(), 'parley-docs-routes-'));

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** Where dialects stand outside of `/api`, as far as their documents tell. */
function rootsOfDialects(): string[] {
  const paths = openapiDocuments().flatMap((document) => Object.keys(asObject(document.paths)));
  return [...new Set(paths.map((path) => `/${path.split('/')[1]}`))];
}

/** `GET /api/chats/{}`: names of parameters do not matter. */
function routesOf(layers: Layer[], prefix: string): string[] {
  return layers.flatMap(({ rawPath, route, handle }) => {
    if (route) return operations(route, prefix);
    if (!handle?.stack) return [];
    const mounts = [rawPath].flat().map((at) => (at === '/' ? '' : String(at)));
    return mounts.flatMap((mount) => routesOf(handle.stack ?? [], prefix + mount));
  });
}

function operations(route: NonNullable<Layer['route']>, prefix: string): string[] {
  const methods = new Set(route.stack.flatMap(({ method }) => (method ? [method.toUpperCase()] : [])));
  const paths = [route.path].flat().map((at) => normalised(prefix + (at === '/' ? '' : at)));
  return paths.flatMap((at) => [...methods].map((method) => `${method} ${at}`));
}

function normalised(template: string): string {
  return template.replace(/:\w+|\{\w+\}/g, '{}');
}

function isApi(operation: string): boolean {
  return API_PREFIXES.some((prefix) => operation.split(' ')[1]?.startsWith(prefix));
}

function documentedOperations(): string[] {
  const paths = openapiDocuments().flatMap((document) => Object.entries(asObject(document.paths)));
  return paths.flatMap(([template, item]) =>
    METHODS.filter((method) => method in asObject(item)).map(
      (method) => `${method.toUpperCase()} ${normalised(template)}`,
    ),
  );
}

function servedOperations(express: Express): string[] {
  return routesOf(express.router.stack as unknown as Layer[], '').filter(isApi);
}

describe('the OpenAPI documents and the routes', () => {
  let served: string[];

  beforeAll(async () => {
    const { express } = await createApp(
      loadConfig({
        MONGO_URI: testMongoUri(),
        dbName: uniqueDbName('docs'),
        DATA_DIR: dataDir,
        LOG_LEVEL: 'silent',
      }),
    );
    served = servedOperations(express);
  });

  it('were looked at: there are dozens of routes', () => {
    expect(served.length).toBeGreaterThan(40);
  });

  it('every route is documented', () => {
    const documented = documentedOperations();
    expect(served.filter((operation) => !documented.includes(operation))).toEqual([]);
  });

  it('every documented operation has a route', () => {
    expect(documentedOperations().filter((operation) => !served.includes(operation))).toEqual([]);
  });
});
