import { escapeHtml, type Html } from '../helpers/html';

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
