import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../src/config/env';
import { faultsOf } from '../support/settings';

const SECRET = 's3cret of at least thirty-two characters';
let dir: string;
let file: string;

beforeAll(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'parley-secrets-'));
  file = path.join(dir, 'jwt');
  writeFileSync(file, `${SECRET}\n`);
});
afterAll(() => rmSync(dir, { recursive: true }));

describe('a secret', () => {
  it('may come from a file, without the line end', () => {
    expect(loadConfig({ JWT_SECRET_FILE: file }).jwt.secret).toBe(SECRET);
  });

  it('may be what a command prints', () => {
    expect(loadConfig({ JWT_SECRET_COMMAND: `cat "${file}" | tr a-z A-Z` }).jwt.secret).toBe(
      SECRET.toUpperCase(),
    );
  });

  it('that is required in production is there in whichever way it comes', () => {
    const mongo = path.join(dir, 'mongo');
    writeFileSync(mongo, 'mongodb://parley:pw@db/?replicaSet=rs0');
    const faults = faultsOf({ NODE_ENV: 'production', MONGO_URI_FILE: mongo, JWT_SECRET_FILE: file });
    expect(faults.filter((fault) => /MONGO|JWT/.test(fault))).toEqual([]);
  });

  it('comes in one way only', () => {
    expect(faultsOf({ JWT_SECRET: SECRET, JWT_SECRET_FILE: file })).toEqual([
      'JWT_SECRET, JWT_SECRET_FILE and JWT_SECRET_COMMAND: only one of them may be set',
    ]);
  });

  it('stops the start when its file is missing or empty', () => {
    const empty = path.join(dir, 'empty');
    writeFileSync(empty, '\n');
    expect(faultsOf({ TURN_URLS: 'turn:t.example.org', TURN_SECRET_FILE: empty })).toContain(
      'TURN_SECRET_FILE gave an empty secret',
    );
    expect(faultsOf({ JWT_SECRET_FILE: path.join(dir, 'none') })).toEqual([
      expect.stringMatching(/^JWT_SECRET_FILE cannot be read: ENOENT/),
    ]);
  });

  it('stops the start when its command fails, and does not show what was printed', () => {
    expect(faultsOf({ JWT_SECRET_COMMAND: `cat "${file}"; exit 7` })).toEqual([
      'JWT_SECRET_COMMAND failed: exit code 7',
    ]);
  });
});
