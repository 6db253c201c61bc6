/** Prints the totals of a run in one line, out of the JSON that Jest wrote; a run without a result counts as failed. */
const { readFileSync } = require('node:fs');

function readResult(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0 };
  }
}

const result = readResult(process.argv[2]);
// A file that could not even be loaded has no tests to count.
const failed = result.numFailedTests + (result.numRuntimeErrorTestSuites ?? 0);
const skipped = result.numPendingTests + result.numTodoTests;

console.log(`${result.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
