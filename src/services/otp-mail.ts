import { html } from '../helpers/html';
import type { Mail } from '../providers/mail/mail.port';

const LIFETIME = 'It is valid for 5 minutes; tell it to nobody.';
const NOT_YOU = 'If you did not ask for it, somebody mistyped their own address: you need do nothing.';

/** The mail that brings a code: the same words whatever the code is for, so that it says nothing about an account. */
export function otpMail(to: string, code: string): Mail {
  const page = html`<!doctype html>
<html lang="en">
<body style="font-family: sans-serif; line-height: 1.5">
<p>Your code for <strong>${to}</strong> is</p>
<p style="font-size: 2em; letter-spacing: 0.2em"><strong>${code}</strong></p>
<p>${LIFETIME}</p>
<p>${NOT_YOU}</p>
</body>
</html>`;
  return {
    to,
    subject: `${code} is your code`,
    text: `Your code for ${to} is ${code}\n\n${LIFETIME}\n\n${NOT_YOU}\n`,
    html: page.html,
  };
}
