import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../scripts/bench/free-port';
import { ASYNCAPI_PATH, asObject, loadDocument, OPENAPI_PATH } from '../../src/docs/documents';
import { built } from '../support/built';
import { testMongoUri, uniqueDbName } from '../support/mongo';
import { asExpectation, readmeBlocks, readReadme } from '../support/readme';
import { ROOT } from '../support/root';
import { type RunningServer, runServer } from '../support/run-server';

const blocks = readmeBlocks();
const DOCS_PAGES = ['/api/docs', '/api/docs/openapi.json', '/api/docs/events', '/api/docs/asyncapi.json'];
const dir = mkdtempSync(path.join(os.tmpdir(), 'parley-readme-'));
let server: RunningServer | undefined;
let port: number;

const env = () => ({
  MONGO_URI: testMongoUri(),
  dbName: uniqueDbName('readme'),
  DATA_DIR: path.join(dir, 'data'),
  PORT: String(port),
});

beforeAll(async () => {
  port = await freePort();
}, 120_000);

afterEach(async () => {
  await server?.end('SIGKILL', 'group').catch(() => undefined);
  server = undefined;
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What the page says with the port it says it for, for the server under test. */
const here = (text: string) =>
  text.replaceAll('localhost:3000', `localhost:${port}`).replace('port 3000', `port ${port}`);

/**
 * Runs the shell blocks one after another in one shell, as a reader who pastes them, and resolves to what each printed; the
 * JavaScript block is saved as the text before it says.
 */
async function pasteAll(): Promise<string[]> {
  const scripts = blocks.filter(({ language }) => language === 'bash').map(({ text }) => here(text));
  const module = blocks.find(({ language }) => language === 'js');
  writeFileSync(path.join(dir, 'ben.mjs'), module?.text ?? '');
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(dir, 'node_modules'));
  const separator = '--- next block ---';
  const script = `set -eu\n${scripts.join(`\necho\necho '${separator}'\n`)}`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script], { cwd: dir });
  expect(stderr).toBe('');
  return stdout.split(separator).map((output) => output.trim());
}

/** Each shell block with the block that follows it and shows what it prints, if one does. */
function shownOutputs(): Array<string | undefined> {
  const relevant = blocks.slice(blocks.findIndex(({ language }) => language === 'bash'));
  return relevant.flatMap(({ language }, index) => {
    if (language !== 'bash') return [];
    const next = relevant[index + 1];
    return [next && ['json', 'text'].includes(next.language) ? next.text : undefined];
  });
}

const withoutOrder = (text: string) => text.trim().split('\n').sort();

describe('README.md', () => {
  it('shows what a start prints and what its conversation answers, block by block', async () => {
    server = runServer([process.execPath, built('index.js')], { cwd: dir, env: env() });
    const started = blocks.find(({ language }) => language === 'text');
    for (const line of here(started?.text ?? '')
      .trim()
      .split('\n'))
      await server.said(line);

    const printed = await pasteAll();
    const shown = shownOutputs();
    expect(shown.filter((text) => text !== undefined).length).toBeGreaterThanOrEqual(6);
    expect(printed).toHaveLength(shown.length);
    shown.forEach((text, index) => {
      const output = printed[index] ?? '';
      if (text === undefined) expect(output).toBe('');
      else if (text.startsWith('{')) expect(JSON.parse(output)).toEqual(asExpectation(JSON.parse(text)));
      else expect(withoutOrder(output)).toEqual(withoutOrder(text));
    });
    expect(server.lines.some((line) => line.includes('code 123456 for'))).toBe(true);
  });

  it('names only commands that are there', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    const named = [...readReadme().matchAll(/npm (?:run )?([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(5);
    expect([...new Set(named)].filter((name) => name !== 'ci' && !(name in scripts))).toEqual([]);
  });

  it('starts the server from its sources with npm run dev', async () => {
    server = runServer(['npm', 'run', 'dev', '--silent'], { cwd: ROOT, env: env() });
    await server.said('Swagger UI');
    expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
    await server.end('SIGINT', 'group');
    await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow();
  });
});

const DOCUMENTS = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  ...['architecture', 'flutter', 'operations', 'errors', 'account-deletion', 'bench'].map(
    (name) => `docs/${name}.md`,
  ),
];
const readDocument = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

describe.each(DOCUMENTS)('%s', (file) => {
  it('links to what is there', () => {
    const targets = [...readDocument(file).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(
      ([, target = '']) => target,
    );
    const local = targets.filter((target) => !/^\w+:/.test(target));
    const missing = local.filter((target) => !existsSync(path.join(ROOT, path.dirname(file), target)));
    expect(missing).toEqual([]);
  });

  it('names routes and events that are documented', () => {
    const text = readDocument(file);
    const { paths } = loadDocument(OPENAPI_PATH);
    const known = Object.keys(asObject(paths)).map((route) => route.replaceAll(/\{\w+\}/g, ':'));
    const routes = [
      ...text.matchAll(/[`'](?:(?:GET|POST|PUT|DELETE|PATCH) )?(\/(?:api|health|\.well-known)\/[\w/:.-]+)/g),
    ];
    const named = routes.map(([, route = '']) => route.replaceAll(/:\w+/g, ':'));
    expect(named.filter((route) => !known.includes(route) && !DOCS_PAGES.includes(route))).toEqual([]);

    const events = [...text.matchAll(/\b(?:on|emitWithAck|emitWithAckAsync)\('([\w:]+)'/g)].map(
      ([, name = '']) => name,
    );
    const document = loadDocument(ASYNCAPI_PATH);
    const messages = Object.values(asObject(asObject(document.components).messages));
    const names = messages.map((message) => asObject(message).name);
    expect(events.filter((name) => name !== 'connect' && !names.includes(name))).toEqual([]);
  });
});
