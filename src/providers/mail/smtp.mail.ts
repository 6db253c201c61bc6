import type { SmtpConfig } from '../../config/env-mail';
import { AppError, invalidField, unavailable } from '../../errors/app-error';
import type { MailProvider } from './mail.port';

/** A user waits for the answer, so a silent server is given up long before nodemailer's minutes. */
const STEP_TIMEOUT_MS = 5_000;
const DEADLINE_MS = 10_000;
/** Each mail in flight is a connection; more than a mail server likes are refused at once rather than queued. */
const MAX_IN_FLIGHT = 50;
const RETRY_AFTER_SECONDS = 5;

/** Replies to a recipient that are about the server or its rules (RFC 3463, X.7.X) rather than about the mailbox. */
const POLICY_REPLY = /^\d{3}[ -]\d\.7\.\d/;
const NO_MAILBOX_REPLIES = new Set([501, 550, 551, 553]);

/** `deadlineMs` bounds a whole delivery, also that to a server which goes on saying a little. */
export function createSmtpMail(config: SmtpConfig, { deadlineMs = DEADLINE_MS } = {}): MailProvider {
  let inFlight = 0;
  return {
    async send({ to, subject, text, html }) {
      if (inFlight >= MAX_IN_FLIGHT) throw failed('Too many mails are being sent');
      inFlight += 1;
      try {
        const transport = await openTransport(config);
        await transport.sendMail({
          from: config.from,
          to: { name: '', address: to },
          subject,
          text,
          html,
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal: AbortSignal.timeout(deadlineMs),
        });
      } catch (error) {
        throw fromSmtp(error);
      } finally {
        inFlight -= 1;
      }
    },
  };
}

/**
 * Nodemailer's transport for the configured server; loading it takes time that a start need not pay. A password goes over
 * TLS only, but to a server on this machine.
 */
export async function openTransport({ host, port, secure, auth }: SmtpConfig) {
  const { createTransport } = await import('nodemailer');
  return createTransport({
    host,
    port,
    secure: secure === 'tls',
    requireTLS: secure === 'starttls' || (auth !== undefined && !isLoopback(host)),
    ...(auth && { auth }),
    connectionTimeout: STEP_TIMEOUT_MS,
    greetingTimeout: STEP_TIMEOUT_MS,
    socketTimeout: STEP_TIMEOUT_MS,
    dnsTimeout: STEP_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

function fromSmtp(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { command, response, responseCode } = error as {
    command?: unknown;
    response?: unknown;
    responseCode?: unknown;
  };
  const isMailbox = command === 'RCPT TO' && NO_MAILBOX_REPLIES.has(Number(responseCode));
  if (isMailbox && !POLICY_REPLY.test(String(response))) return invalidField('email', 'cannot receive mail');
  return failed('Mail cannot be sent right now', error);
}

function failed(detail: string, cause?: unknown): AppError {
  return unavailable(detail, RETRY_AFTER_SECONDS, cause);
}
