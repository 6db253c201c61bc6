/** Text that is HTML already; everything else is escaped when it is put into a page. */
export interface Html {
  html: string;
}

type Piece = Html | string | number | undefined | readonly Piece[];

/** A template tag: what is inserted is escaped unless it is `Html`; lists are joined, `undefined` is nothing. */
export function html(strings: TemplateStringsArray, ...pieces: Piece[]): Html {
  return { html: strings.map((text, index) => text + render(pieces[index])).join('') };
}

function render(piece: Piece): string {
  if (piece === undefined) return '';
  if (typeof piece === 'string' || typeof piece === 'number') return escapeHtml(String(piece));
  return 'html' in piece ? piece.html : piece.map(render).join('');
}

/** Text as it may stand in a page or in an attribute. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
