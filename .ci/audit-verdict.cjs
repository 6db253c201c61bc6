/** Reads what `npm audit --json` wrote and says what it means; exits with 1 when there is a real advisory. */
const { readFileSync } = require('node:fs');

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}

const report = readReport(process.argv[2]);
const found = Object.values(report.vulnerabilities ?? {});

if (!report.metadata?.vulnerabilities) {
  console.log('SKIPPED: this registry answers no audits, so nothing is known about advisories');
} else if (found.length === 0) {
  console.log('no advisories');
} else {
  for (const { name, severity, range } of found) console.log(`${severity}: ${name} ${range}`);
  process.exitCode = 1;
}
