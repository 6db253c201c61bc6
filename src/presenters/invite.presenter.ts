/** An invitation as the admins of a group see it (contract section 7); the page at `url` joins with the token. */
export interface InviteView {
  token: string;
  url: string;
  expiresAt: string;
}

/** Presents an invitation; `publicUrl` is where the server's own page is, without a slash at the end. */
export function presentInvite(invite: { token: string; expiresAt: Date }, publicUrl: string): InviteView {
  const { token, expiresAt } = invite;
  return { token, url: `${publicUrl}/#join=${token}`, expiresAt: expiresAt.toISOString() };
}
