/**
 * Gives the template (`/api/chats/{chatId}`) a path belongs to, the one with fewest parameters where several fit, as the
 * router chooses; `other` for all the rest. The number of answers is that of the templates, whatever clients ask for.
 */
export function createTemplateFinder(templates: readonly string[]): (path: string) => string {
  const byLength = new Map<number, string[][]>();
  const sorted = templates.map(segmentsOf).sort((a, b) => parametersIn(a) - parametersIn(b));
  for (const segments of sorted)
    byLength.set(segments.length, [...(byLength.get(segments.length) ?? []), segments]);
  return (path) => {
    const asked = segmentsOf(path.toLowerCase());
    const found = byLength.get(asked.length)?.find((segments) => fits(segments, asked));
    return found ? `/${found.join('/')}` : 'other';
  };
}

function segmentsOf(path: string): string[] {
  return path.replace(/^\/|\/$/g, '').split('/');
}

function isParameter(segment: string): boolean {
  return segment.startsWith('{');
}

function parametersIn(segments: string[]): number {
  return segments.filter(isParameter).length;
}

function fits(segments: string[], asked: string[]): boolean {
  return segments.every((segment, i) => isParameter(segment) || segment.toLowerCase() === asked[i]);
}
