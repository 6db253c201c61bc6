/** Run as a process of its own by embedded-mongod.test.ts: holds a data directory until it is killed. */
import { startEmbeddedMongod } from '../../src/embedded/mongod';

const [dataDir = '', binary = ''] = process.argv.slice(2);

startEmbeddedMongod({ dataDir, binary, log: () => undefined }).then(
  (mongod) => process.stdout.write(`${JSON.stringify({ uri: mongod.uri, pid: mongod.pid })}\n`),
  (error: Error) => {
    process.stdout.write(`${JSON.stringify({ refused: error.message })}\n`);
    process.exitCode = 1;
  },
);
