import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { EnvReader } from './env-reader';

/** A service account of a Firebase project. */
export interface FirebaseAccount {
  projectId: string;
  clientEmail: string;
  privateKey: string;
}

export type PushConfig = { provider: 'none' } | { provider: 'fcm'; account: FirebaseAccount };

const INLINE = 'FIREBASE_SERVICE_ACCOUNT';
const FILE = 'GOOGLE_APPLICATION_CREDENTIALS';

/** Reads with which Firebase account pushes are sent; without one there are none. */
export function readPush(env: EnvReader): PushConfig {
  const inline = env.optional(INLINE);
  const file = env.optional(FILE);
  if (inline !== undefined) return toConfig(env, INLINE, inline);
  if (file === undefined) return { provider: 'none' };
  try {
    return toConfig(env, FILE, readFileSync(file, 'utf8'));
  } catch {
    return wrong(env, `${FILE} names "${file}", which is no file that can be read`);
  }
}

function toConfig(env: EnvReader, name: string, json: string): PushConfig {
  const account = parseAccount(json);
  if (account) return { provider: 'fcm', account };
  return wrong(
    env,
    `${name} must hold the JSON key of a service account, with project_id, client_email and private_key`,
  );
}

function wrong(env: EnvReader, fault: string): PushConfig {
  env.faults.push(fault);
  return { provider: 'none' };
}

function parseAccount(json: string): FirebaseAccount | undefined {
  try {
    const { project_id, client_email, private_key } = JSON.parse(json) as Record<string, unknown>;
    if (!isText(project_id) || !isText(client_email) || !isText(private_key)) return undefined;
    createPrivateKey(private_key);
    return { projectId: project_id, clientEmail: client_email, privateKey: private_key };
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
