/** Packages that are ES modules only; tests run them as CommonJS. */
const ES_MODULES = '/node_modules/(?:file-type|strtok3|token-types|uint8array-extras|@tokenizer|@borewit)/';

/** In a run of everything, files that need no process of their own run together (support/together); a file that is asked for runs alone. */
const TAKES_A_VALUE =
  /^(?:-[cw]|--(?:config|maxWorkers|outputFile|reporters|coverageReporters|coverageDirectory|testTimeout))$/;
const isWhole = process.argv
  .slice(2)
  .every((argument, i, all) => argument.startsWith('-') || TAKES_A_VALUE.test(all[i - 1]));
const ALONE = ['browser', 'chaos', 'operate', 'suites'];

/** Every test runs against one real mongod, started once in global-setup; each test file takes a database of its own. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/__tests__'],
  testMatch: isWhole ? ALONE.map((folder) => `**/${folder}/*.test.ts`) : ['**/!(suites)/*.test.ts'],
  testSequencer: '<rootDir>/__tests__/support/sequencer.cjs',
  transform: {
    // The page's modules are plain ES modules; tests run them as CommonJS like everything else.
    [`^.+\\.ts$|/src/web/.+\\.js$|${ES_MODULES}.+\\.js$`]: [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [`^(?!.*${ES_MODULES}).*/node_modules/`],
  // It exports itself under a condition that Jest does not ask for, and that others give other meanings.
  moduleNameMapper: { '^file-type$': '<rootDir>/node_modules/file-type/index.js' },
  globalSetup: '<rootDir>/__tests__/support/global-setup.ts',
  globalTeardown: '<rootDir>/__tests__/support/global-teardown.ts',
  setupFilesAfterEnv: ['<rootDir>/__tests__/support/end-observers.ts'],
  maxWorkers: 3,
  // Timers that outlive a test file, such as the rate limiter's of 15 minutes, keep its modules; a new worker begins without them.
  workerIdleMemoryLimit: '900MB',
  testTimeout: 60_000,
  collectCoverageFrom: ['src/**/*.ts', '!src/index.ts'],
};
