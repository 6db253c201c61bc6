import type { Server } from 'node:http';

/** Ends the connections that are still open and resolves when the server holds none. */
export async function closeListener(http: Server): Promise<void> {
  http.closeAllConnections();
  if (!http.listening) return;
  await new Promise<void>((resolve) => http.close(() => resolve()));
}

/**
 * Calls `stop` once at the first SIGINT, SIGTERM or message `shutdown` (how PM2 asks where there are no signals) and ends the process: with 0 when all was stopped in order, with 1 when it failed
 * or took longer than `forceAfterMs`. Signals that follow change nothing, because a terminal sends Ctrl-C to every process of
 * the group and npm passes its own on as well.
 */
export function stopOnSignals(
  stop: () => Promise<void>,
  forceAfterMs: number,
  log: (line: string) => void,
): void {
  let isStopping = false;
  const onSignal = (signal: string) => {
    if (isStopping) return;
    isStopping = true;
    log(`${signal}: stopping`);
    setTimeout(() => {
      log('Stopping took too long; ending now');
      process.exit(1);
    }, forceAfterMs).unref();
    stop().then(
      () => process.exit(0),
      (error) => {
        log(`Stopping failed: ${error instanceof Error ? error.message : String(error)}`);
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('message', (message) => {
    if (message === 'shutdown') onSignal('shutdown');
  });
}
