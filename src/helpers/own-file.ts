const OWN_FILE = /^(?:https?:\/\/[^/]+)?\/api\/media\/([0-9a-f]{24})\/file(?:\?|$)/i;

/** The id of the uploaded file that an address of this server is of; undefined for an address elsewhere. */
export function ownFileId(url: unknown): string | undefined {
  return typeof url === 'string' ? OWN_FILE.exec(url)?.[1]?.toLowerCase() : undefined;
}
