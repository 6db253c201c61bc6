import { readFileSync } from 'node:fs';
import path from 'node:path';

/** One variable of `.env.example`: what stands behind the `=`, and the comment above it. */
export interface DocumentedVariable {
  name: string;
  value: string;
  comment: string;
}

/** Reads `.env.example`; variables that follow each other without an empty line share the comment above them. */
export function readEnvExample(): DocumentedVariable[] {
  const text = readFileSync(path.join(__dirname, '../../.env.example'), 'utf8');
  return text.split(/\n\n+/).flatMap((block) => {
    const lines = block.split('\n').filter((line) => line !== '');
    const comment = lines.filter((line) => line.startsWith('#')).join(' ');
    return lines
      .filter((line) => !line.startsWith('#'))
      .map((line) => {
        const [name = '', ...rest] = line.split('=');
        return { name, value: rest.join('='), comment: comment.replaceAll(/ # |^# /g, ' ').trim() };
      });
  });
}
