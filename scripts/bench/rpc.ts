/**
 * Questions and answers over the channel that `fork` opens. The bench asks, its children answer; a child that dies or
 * stays silent fails the question, so that the bench never waits for ever.
 */
import type { ChildProcess } from 'node:child_process';

interface Question {
  id: number;
  command: string;
  input: unknown;
}

interface Answer {
  id: number;
  output?: unknown;
  error?: string;
}

let lastId = 0;

/**
 * Asks a child and resolves with its answer.
 * @throws Error with the child's reason, when it died, or when it did not answer within `timeoutMs`.
 */
export function ask<T>(child: ChildProcess, command: string, input: unknown, timeoutMs: number): Promise<T> {
  lastId += 1;
  const question: Question = { id: lastId, command, input };
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(
      () => finish(new Error(`no answer to "${command}" in ${timeoutMs} ms`)),
      timeoutMs,
    );
    const onExit = (code: number | null): void =>
      finish(new Error(`process ended (${code}) in "${command}"`));
    const onMessage = (message: unknown): void => {
      const answer = message as Partial<Answer>;
      if (answer?.id !== question.id) return;
      if (answer.error !== undefined) finish(new Error(`${command}: ${answer.error}`));
      else finish(undefined, answer.output as T);
    };
    function finish(error: Error | undefined, output?: T): void {
      clearTimeout(timer);
      child.off('exit', onExit).off('message', onMessage);
      if (error) reject(error);
      else resolve(output as T);
    }
    child.on('exit', onExit).on('message', onMessage);
    child.send(question, (error) => error && finish(error));
  });
}

/** Answers the parent's questions by name, and ends this process when the parent is gone. */
export function answer(commands: Record<string, (input: never) => unknown>): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message: unknown) => {
    const question = message as Question;
    const command = commands[question.command];
    if (!command) return;
    Promise.resolve()
      .then(() => command(question.input as never))
      .then(
        (output): Answer => ({ id: question.id, output }),
        (error): Answer => ({
          id: question.id,
          error: error instanceof Error ? error.message : String(error),
        }),
      )
      .then((reply) => process.send?.(reply))
      .catch(() => process.exit(1));
  });
}
