import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startTestApp, type TestApp } from '../support/app';
import { type Person, signUp } from '../support/client';
import { textTo } from '../support/native-world';

const dir = mkdtempSync(path.join(os.tmpdir(), 'parley-full-'));
const media = path.join(dir, 'media');
mkdirSync(media);

/** A disk of half a megabyte; who may not mount one is told what is not tested. */
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', media]).status === 0;
if (!isMounted) console.warn('SKIPPED: no small disk can be mounted here, a full one is not tested');
const withSmallDisk = isMounted ? it : it.skip;

let app: TestApp;
let ann: Person;
beforeAll(async () => {
  app = await startTestApp({ env: { DATA_DIR: dir } });
  ann = await signUp(app, { name: 'Ann' });
});
afterAll(async () => {
  await app.stop();
  if (isMounted) spawnSync('umount', [media]);
  rmSync(dir, { recursive: true, force: true });
});

async function upload(bytes: number) {
  const form = new FormData();
  form.append('file', new Blob(['%PDF-1.4\n', Buffer.alloc(bytes, ' ')]), 'paper.pdf');
  const headers = { authorization: `Bearer ${ann.accessToken}` };
  const answer = await fetch(`${app.url}/api/media`, { method: 'POST', headers, body: form });
  return { status: answer.status, body: (await answer.json()) as { code?: string; detail?: string } };
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

withSmallDisk(
  'a full disk refuses an upload as unavailable, leaves nothing of it, and costs no message',
  async () => {
    const { status, body } = await upload(700_000);
    expect([status, body.code]).toEqual([503, 'unavailable']);
    expect(JSON.stringify(body)).not.toContain(dir);
    expect(filesBelow(media)).toEqual([]);
    const chatId = (await ann.api('POST', '/api/chats/group', { name: 'Notes', memberIds: [] })).body.chat.id;
    expect((await ann.api('POST', '/api/messages', textTo(chatId, 'goes on'))).status).toBe(201);
    expect((await upload(100_000)).status).toBe(201);
  },
);
