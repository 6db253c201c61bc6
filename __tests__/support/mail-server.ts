import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

interface ReceivedMail {
  from: string;
  to: string[];
  /** As it came over the wire, headers and all. */
  raw: string;
}

export interface MailServer {
  port: number;
  mails: ReceivedMail[];
  /** The code in the newest mail to an address. */
  codeFor(email: string): string;
  stop(): Promise<void>;
}

/** A real mail server on this machine that keeps what it gets; without `options` it wants neither a login nor TLS. */
export async function startMailServer(options: SMTPServerOptions = {}, port = 0): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString(),
        });
        done();
      });
    },
    ...options,
  });
  // Clients that give up are what some tests are about.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    codeFor(email) {
      const raw = mails.filter(({ to }) => to.includes(email)).at(-1)?.raw ?? '';
      const code = /^Subject: (\d{6}) /m.exec(raw)?.[1];
      if (code === undefined) throw new Error(`no code was sent to ${email}`);
      return code;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
