/**
 * Loaded before the code of each server under test (`node --require`), so that the product is measured as it ships:
 * it answers the bench's questions about memory and processor time, and ends the server when the bench is gone.
 */
const SETTLE_STEP_MS = 250;
const SETTLE_STEPS = 12;
const SETTLED_BYTES = 128 * 1024;

process.on('disconnect', () => process.exit(0));
process.on('message', (question) => {
  if (question?.command === 'cpu') {
    const { user, system } = process.cpuUsage();
    process.send({ id: question.id, output: user + system });
  }
  if (question?.command === 'memory') {
    void settledRss().then((output) => process.send({ id: question.id, output }));
  }
});

/** Bytes of resident memory once collecting garbage frees no more. */
async function settledRss() {
  let rss = process.memoryUsage.rss();
  for (let step = 0; step < SETTLE_STEPS; step += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, SETTLE_STEP_MS));
    const next = process.memoryUsage.rss();
    if (step > 3 && Math.abs(next - rss) < SETTLED_BYTES) return next;
    rss = next;
  }
  return rss;
}
