import { isEmail } from '../helpers/email';
import type { EnvReader } from './env-reader';

/** Whom mail comes from: a name to show, which may be empty, and an address. */
export interface MailSender {
  name: string;
  address: string;
}

export interface SmtpConfig {
  provider: 'smtp';
  host: string;
  port: number;
  /** `tls` from the first byte; `starttls` or nothing; `auto` upgrades where the server offers it. */
  secure: SmtpSecurity;
  auth: { user: string; pass: string } | undefined;
  from: MailSender;
}

export type MailConfig = { provider: 'console' } | { provider: 'none' } | SmtpConfig;

const SECURITY = ['auto', 'starttls', 'tls'] as const;
type SmtpSecurity = (typeof SECURITY)[number];

const SENDER = /^(?:([^<>\p{Cc}]*)<([^<>\s]+)>|([^<>\s]+))$/u;

/**
 * Reads how mail leaves. With a mail server it is used; without, mail is written into the log, but in production only where
 * that is asked for: a code in a log signs in whoever reads it.
 */
export function readMail(env: EnvReader, isProduction: boolean): MailConfig {
  const server = readServer(env);
  const fallback = server ? 'smtp' : isProduction ? 'none' : 'console';
  const provider = env.oneOf('MAIL_PROVIDER', fallback, ['smtp', 'console', 'none']);
  const from = readSender(env, provider === 'smtp');
  if (provider !== 'smtp') return { provider };
  if (!server) env.faults.push('SMTP_URL or SMTP_HOST is required with MAIL_PROVIDER=smtp');
  return { provider, ...(server ?? NOWHERE), from };
}

type Server = Omit<SmtpConfig, 'provider' | 'from'>;
const NOWHERE: Server = { host: '', port: 0, secure: 'auto', auth: undefined };

function readServer(env: EnvReader): Server | undefined {
  const url = env.optional('SMTP_URL');
  const host = env.optional('SMTP_HOST');
  const user = env.optional('SMTP_USER');
  const pass = env.optional('SMTP_PASSWORD');
  const secure = env.oneOf('SMTP_SECURE', 'auto', SECURITY);
  const port = env.integer('SMTP_PORT', secure === 'tls' ? 465 : 587, { min: 1, max: 65_535 });
  if (url !== undefined && host !== undefined) env.faults.push('SMTP_URL and SMTP_HOST must not both be set');
  if ((user === undefined) !== (pass === undefined))
    env.faults.push('SMTP_USER and SMTP_PASSWORD are required together');
  if (url !== undefined) return fromUrl(env, url, secure);
  if (host === undefined) return undefined;
  const auth = user !== undefined && pass !== undefined ? { user, pass } : undefined;
  return { host, port, secure: port === 465 ? 'tls' : secure, auth };
}

/** The value may hold a password and so stands in no fault. */
function fromUrl(env: EnvReader, text: string, secure: SmtpSecurity): Server | undefined {
  try {
    const url = new URL(text);
    if (!['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') throw new Error('no mail server');
    const isTls = url.protocol === 'smtps:' || secure === 'tls';
    const [user, pass] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
    return {
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (isTls ? 465 : 587) : Number(url.port),
      secure: isTls ? 'tls' : secure,
      auth: user === '' ? undefined : { user, pass },
    };
  } catch {
    env.faults.push(
      'SMTP_URL must be like smtps://user:password@mail.example.org:465 or smtp://mail.example.org:587',
    );
    return undefined;
  }
}

function readSender(env: EnvReader, isRequired: boolean): MailSender {
  const text = env.required(
    'MAIL_FROM',
    isRequired,
    'with a mail server (such as Parley <no-reply@example.org>)',
  );
  if (text === undefined) return { name: '', address: '' };
  const [, name = '', bracketed, bare] = SENDER.exec(text) ?? [];
  const address = bracketed ?? bare ?? '';
  if (!isEmail(address))
    env.faults.push(`MAIL_FROM holds "${text}", which is no sender such as Parley <no-reply@example.org>`);
  return { name: name.trim().replace(/^"(.*)"$/, '$1'), address };
}
