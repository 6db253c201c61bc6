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

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** The little Markdown that our documents use: paragraphs, `code`, **bold** and [links](https://...). */
export function markdown(text: string): Html {
  const paragraphs = text.trim().split(/\n\s*\n/);
  return { html: paragraphs.map((paragraph) => `<p>${inlineMarkdown(paragraph).html}</p>`).join('\n') };
}

/** The same within a line. */
export function inlineMarkdown(text: string): Html {
  const rendered = escapeHtml(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/\[([^\]]+)\]\((https?:\/\/[^\s)]+|\/[^\s)]*)\)/g, '<a href="$2">$1</a>');
  return { html: rendered };
}
