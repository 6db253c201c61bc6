import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What nobody should have to write into a file that is copied about: each may be given as `NAME_FILE` or `NAME_COMMAND` instead. */
export const SECRET_SETTINGS: ReadonlySet<string> = new Set([
  'MONGO_URI',
  'JWT_SECRET',
  'TWILIO_AUTH_TOKEN',
  'SMTP_URL',
  'SMTP_PASSWORD',
  'CLOUDINARY_API_SECRET',
  'REDIS_PASSWORD',
  'TURN_SECRET',
  'METRICS_TOKEN',
  'FIREBASE_SERVICE_ACCOUNT',
]);

/** A secrets manager that does not answer must not keep the server from saying so. */
const COMMAND_TIMEOUT_MS = 20_000;

interface Sources {
  value: string | undefined;
  /** A file that holds the secret and nothing else, as container platforms mount them. */
  file: string | undefined;
  /** A command line of the shell that prints the secret, such as that of a secrets manager. */
  command: string | undefined;
}

/** The secret from the one source that is set; undefined when there is none, or when it gives none, which is told to `fault`. */
export function readSecret(
  name: string,
  { value, file, command }: Sources,
  fault: (sentence: string) => void,
): string | undefined {
  if ([value, file, command].filter((source) => source !== undefined).length > 1) {
    fault(`${name}, ${name}_FILE and ${name}_COMMAND: only one of them may be set`);
    return undefined;
  }
  if (value !== undefined) return value;
  try {
    const text = file === undefined ? printed(command) : readFileSync(file, 'utf8').trim();
    if (text === '') fault(`${name}_${file === undefined ? 'COMMAND' : 'FILE'} gave an empty secret`);
    return text === '' ? undefined : text;
  } catch (error) {
    if (file !== undefined) fault(`${name}_FILE cannot be read: ${(error as Error).message}`);
    // The message of a failed command holds the command and what it printed.
    else fault(`${name}_COMMAND failed: ${whyItFailed(error)}`);
    return undefined;
  }
}

function printed(command: string | undefined): string | undefined {
  if (command === undefined) return undefined;
  const options: ExecFileSyncOptionsWithStringEncoding = {
    encoding: 'utf8',
    timeout: COMMAND_TIMEOUT_MS,
    stdio: ['ignore', 'pipe', 'inherit'],
  };
  return execFileSync('/bin/sh', ['-c', command], options).trim();
}

function whyItFailed(error: unknown): string {
  const { code, status, signal } = error as { code?: string; status?: number | null; signal?: string | null };
  if (code === 'ETIMEDOUT') return `no answer in ${COMMAND_TIMEOUT_MS / 1000} s`;
  return signal ? `ended by ${signal}` : `exit code ${status ?? code}`;
}
