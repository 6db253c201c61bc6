import { readFile } from 'node:fs/promises';

interface LogLine {
  s?: string;
  msg?: string;
  attr?: { error?: unknown };
}

/** The last fatal or error line of a mongod's JSON log, in words; undefined when there is none. */
export async function lastComplaint(logFile: string): Promise<string | undefined> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  const complaints = text.split('\n').map(parseLine).filter(isComplaint);
  const last = complaints.findLast((line) => line.attr?.error) ?? complaints.at(-1);
  if (!last) return undefined;
  const reason = last.attr?.error;
  return reason ? `${last.msg}: ${typeof reason === 'string' ? reason : JSON.stringify(reason)}` : last.msg;
}

function parseLine(line: string): LogLine {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return {};
  }
}

function isComplaint(line: LogLine): boolean {
  return line.s === 'F' || line.s === 'E';
}
