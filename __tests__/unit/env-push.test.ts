import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config/env';
import { faultsOf } from '../support/settings';

const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});
const KEY = { project_id: 'p', client_email: 'a@p.iam.gserviceaccount.com', private_key: privateKey };
const account = { projectId: 'p', clientEmail: 'a@p.iam.gserviceaccount.com', privateKey };
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'parley-push-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('the settings of pushes', () => {
  it('without credentials, there are none', () => {
    expect(loadConfig({ HOME: '/home/somebody' }).push).toEqual({ provider: 'none' });
  });

  it('the service account stands in the setting itself or in a file', () => {
    const file = path.join(dir, 'account.json');
    writeFileSync(file, JSON.stringify(KEY));
    for (const source of [
      { FIREBASE_SERVICE_ACCOUNT: JSON.stringify(KEY) },
      { FIREBASE_SERVICE_ACCOUNT_FILE: file },
      { GOOGLE_APPLICATION_CREDENTIALS: file },
    ])
      expect(loadConfig({ HOME: '/home/somebody', ...source }).push).toEqual({ provider: 'fcm', account });
  });

  it('what is no service account stops the start, and is not shown', () => {
    const { private_key: _key, ...withoutKey } = KEY;
    const file = path.join(dir, 'user.json');
    writeFileSync(file, JSON.stringify({ type: 'authorized_user' }));
    for (const wrong of [
      '{',
      '"text"',
      'null',
      JSON.stringify(withoutKey),
      JSON.stringify({ ...KEY, private_key: 'x' }),
    ])
      expect(faultsOf({ FIREBASE_SERVICE_ACCOUNT: wrong })).toEqual([
        'FIREBASE_SERVICE_ACCOUNT must hold the JSON key of a service account, with project_id, client_email and private_key',
      ]);
    expect(faultsOf({ GOOGLE_APPLICATION_CREDENTIALS: file })).toEqual([
      'GOOGLE_APPLICATION_CREDENTIALS must hold the JSON key of a service account, with project_id, client_email and private_key',
    ]);
    expect(faultsOf({ GOOGLE_APPLICATION_CREDENTIALS: path.join(dir, 'none') })).toEqual([
      `GOOGLE_APPLICATION_CREDENTIALS names "${path.join(dir, 'none')}", which is no file that can be read`,
    ]);
  });
});
