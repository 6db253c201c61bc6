/** One REST answer. */
export interface HttpAnswer {
  method: string;
  /** The template of the route, never the path itself: ids would make a series of each request. */
  route: string;
  status: number;
  seconds: number;
}

/** One write of the journal to the log, however it ended. */
export interface FlushSample {
  rows: number;
  seconds: number;
}

/** Counts what the server does, in memory; each call costs less than a microsecond and never throws. */
export interface Metrics {
  httpAnswered(answer: HttpAnswer): void;
  /** `outcome` is `ok` or the code of the error. */
  eventServed(event: string, outcome: string): void;
  /** `type` is that of the content. */
  messageWritten(type: string): void;
  journalFlushed(sample: FlushSample): void;
  /** So many messages are newly delivered to a member, or read by one. */
  receiptsMoved(kind: 'delivered' | 'read', messages: number): void;
  callEnded(status: string): void;
  pushEnded(outcome: string): void;
  /** Adds a value that is read when somebody asks; `name` without the prefix. */
  follow(name: string, help: string, read: () => number): void;
  /** All of it, as Prometheus reads it. */
  exposition(): Promise<{ contentType: string; text: string }>;
}
