/** Half a surrogate pair has no UTF-8: the database would replace it, so the answer must not differ from what is kept. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
