/**
 * `npm run check`: everything about the code that needs no database. Each step is run whatever the others said, so
 * one run shows all there is to repair.
 */
const { spawnSync } = require('node:child_process');
const { readdirSync } = require('node:fs');
const path = require('node:path');
const { houseFaults } = require('./house-rules.cjs');

const root = path.join(__dirname, '..');

const STEPS = [
  { name: 'format and lint', run: () => tool('biome', ['check', '--error-on-warnings', '.']) },
  { name: 'promises', run: checkPromises },
  { name: 'layer directions', run: checkDirections },
  { name: 'house rules', run: () => report(houseFaults(root)) },
  { name: 'types', run: () => tool('tsc', ['-p', 'tsconfig.json']) },
  { name: 'types of the page', run: () => tool('tsc', ['-p', 'src/web/tsconfig.json']) },
  { name: 'unused code', run: () => tool('knip', ['--no-progress']) },
  { name: 'API documents', run: lintDocuments },
];

function tool(name, args) {
  const bin = path.join(root, 'node_modules', '.bin', name);
  const { status, stdout, stderr, error } = spawnSync(bin, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  if (error) return { ok: false, output: error.message };
  return { ok: status === 0, output: `${stdout}${stderr}`, stdout };
}

function report(faults) {
  return { ok: faults.length === 0, output: faults.join('\n') };
}

/** These rules read types and are slow, so they look at the product only; their findings do not fail the run by themselves. */
function checkPromises() {
  const rules = ['noFloatingPromises', 'noMisusedPromises'].map((rule) => `--only=nursery/${rule}`);
  const result = tool('biome', ['lint', ...rules, 'src']);
  return { ok: result.ok && !result.output.includes('lint/nursery'), output: result.output };
}

/** Where its parser is missing, dependency-cruiser sees no modules and is content: the count is asserted. */
function checkDirections() {
  const result = tool('depcruise', ['src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json']);
  let summary;
  try {
    summary = JSON.parse(result.stdout).summary;
  } catch {
    return { ok: false, output: result.output };
  }
  if (summary.totalCruised === 0 || summary.totalDependenciesCruised === 0) {
    return { ok: false, output: 'dependency-cruiser saw no modules: is @swc/core installed?' };
  }
  const faults = summary.violations.map(
    ({ rule, from, to, cycle }) =>
      `${rule.name}: ${from} -> ${cycle ? cycle.map((step) => step.name).join(' -> ') : to}`,
  );
  return { ...report(faults), note: `${summary.totalCruised} modules` };
}

/** The native API's and those of the dialects. */
function lintDocuments() {
  const files = readdirSync(path.join(root, 'swagger')).filter((name) => name.endsWith('api.yaml'));
  if (files.length === 0) return { ok: false, output: 'swagger/ holds no document' };
  return {
    ...tool('redocly', ['lint', ...files.map((name) => `swagger/${name}`)]),
    note: `${files.length} documents`,
  };
}

function runStep({ name, run }) {
  const startedAt = Date.now();
  const { ok, output, note } = run();
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s${note ? `, ${note}` : ''})`);
  if (!ok) console.log(`${output.trimEnd()}\n`);
  return ok;
}

const failed = STEPS.filter((step) => !runStep(step));
console.log(failed.length === 0 ? 'check: clean' : `check: ${failed.length} of ${STEPS.length} steps failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
