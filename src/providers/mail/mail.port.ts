/** A mail to one person, its text in both forms; `html` is escaped already. */
export interface Mail {
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** How mail leaves. */
export interface MailProvider {
  /**
   * Resolves when the mail was taken over for delivery, in bounded time.
   * @throws validation_failed on `email` when the address takes no mail; unavailable for every other failure.
   */
  send(mail: Mail): Promise<void>;
}
