/** Random ids. `crypto.randomUUID` is missing on plain http pages in a home network, `getRandomValues` is not. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
