/** The rules of the house that no linter knows; `npm run check` prints what this returns. */
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { MAY_NAME } = require('./layers.cjs');

const MAX_LINES = 300;
const ENV_READER = 'config/env.ts';
/** Text for a child process, in which a library is told what to do by variables. */
const ENV_WRITER = 'embedded/fetch-from-mongodb.ts';

const RULES = [
  function readsEnvInOnePlace(file, text) {
    if ([ENV_READER, ENV_WRITER].includes(file)) return [];
    return withoutComments(text).includes('process.env')
      ? [`only src/${ENV_READER} may read process.env`]
      : [];
  },

  function namesTypesOnly(file, text) {
    const named = MAY_NAME[file.split('/')[0]] ?? [];
    const imports = text.matchAll(/^import (?!type)([^;]*?) from '(?:\.\.\/)+(\w+)\//gm);
    return [...imports]
      .filter(([, , layer]) => named.includes(layer))
      .map(([, , layer]) => `may import only types from ${layer}`);
  },

  function staysShort(_file, text) {
    const lines = text.split('\n').length;
    return lines > MAX_LINES ? [`has ${lines} lines, more than ${MAX_LINES}`] : [];
  },
];

function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
}

/** @returns {string[]} one line for each fault in `src` */
function houseFaults(root) {
  const src = path.join(root, 'src');
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => name.endsWith('.ts'));
  if (files.length === 0) return ['src holds no TypeScript at all'];
  return files.flatMap((file) => {
    const text = readFileSync(path.join(src, file), 'utf8');
    return RULES.flatMap((rule) => rule(file, text)).map((fault) => `src/${file} ${fault}`);
  });
}

module.exports = { houseFaults };
