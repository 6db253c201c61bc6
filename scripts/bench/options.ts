import { parseArgs } from 'node:util';

export interface BenchOptions {
  jsonFile: string | undefined;
  profileDir: string | undefined;
  /** Whether the baselines send a message back to its sender too, as Parley has to. */
  hasEcho: boolean;
  /** Leaves Parley out: to measure the machine and the baselines alone. */
  skipsParley: boolean;
  /** Measures one node against two and nothing else. */
  isOfNodes: boolean;
  /** Measures how everybody comes back at once and nothing else. */
  isOfReturn: boolean;
  rounds: number;
  warmMs: number;
  measureMs: number;
  pairCounts: number[];
  inFlights: number[];
  idleConnections: number;
  groupSizes: number[];
  /** How many come back at once. */
  townPeople: number;
}

export const USAGE = `npm run bench -- [options]
  --quick            one short round of each case: a smoke test, not a measurement
  --json FILE        write the figures to FILE
  --no-echo          the baselines do not send a message back to its sender (less work than Parley's contract allows)
  --profile DIR      leave a processor profile of Parley in DIR
  --baselines-only   leave Parley out
  --nodes            one node against two on the same database, and nothing else
  --return           everybody comes back at once, to a cold server and after a cut, and nothing else`;

/** Reads the command line. @throws TypeError naming the argument it does not know. */
export function readOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      'no-echo': { type: 'boolean', default: false },
      profile: { type: 'string' },
      'baselines-only': { type: 'boolean', default: false },
      nodes: { type: 'boolean', default: false },
      return: { type: 'boolean', default: false },
    },
  });
  const length = values.quick
    ? { rounds: 1, warmMs: 300, measureMs: 1000 }
    : { rounds: 3, warmMs: 500, measureMs: 2500 };
  return {
    jsonFile: values.json,
    profileDir: values.profile,
    hasEcho: !values['no-echo'],
    skipsParley: values['baselines-only'],
    isOfNodes: values.nodes,
    isOfReturn: values.return,
    ...length,
    pairCounts: [100, 500],
    inFlights: [1, 4],
    idleConnections: 1000,
    groupSizes: [200, 1000],
    townPeople: values.return ? 400 : 0,
  };
}
