import type { Content } from '../types/content';

/** A message's content as one string, for dialects that know no other: the text, the caption, `lat,lng`, or the name of a system event. */
export function contentAsText(content: Content | null): string {
  if (content === null) return '';
  switch (content.type) {
    case 'text':
      return content.text;
    case 'location':
      return `${content.latitude},${content.longitude}`;
    case 'system':
      return content.event;
    default:
      return content.caption ?? '';
  }
}

/** The same where there is no other place for the address of a file without a caption: then that. */
export function contentOrAddress(content: Content | null): string {
  const text = contentAsText(content);
  return text === '' && content !== null && 'url' in content ? String(content.url) : text;
}
