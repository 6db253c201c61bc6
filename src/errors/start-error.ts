/** A start that cannot be, for a reason the operator can change: its `message` says which and how, and is all that is printed. */
export class StartError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StartError';
  }
}
