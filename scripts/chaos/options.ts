import { parseArgs } from 'node:util';

export interface ChaosOptions {
  jsonFile: string | undefined;
  /** Repeats the choices of a run; what the machine makes of them differs. */
  seed: number;
  /** How long there is traffic. */
  seconds: number;
  /** People on each of the two nodes. */
  users: number;
  /** A node is killed and started again this often, in seconds. */
  killEvery: number;
}

export const USAGE = `npm run chaos -- [options]
  Two nodes of the built server on a replica set of three, with random clients, while nodes and members are killed; afterwards
  everything is compared. Exit code 0 when all is right, 1 when something is wrong, 2 when it was called wrongly.

  --json FILE        write { acked, lost, duplicated, reordered, diverged, kills, staleSocketIds, seconds, seed } to FILE
  --seed N           repeat the choices of an earlier run (default: a random one, which is printed)
  --seconds N        seconds of traffic (default: 120; start and comparison come on top)
  --users N          people on each node (default: 200)
  --kill-every N     kill a node and start it again every N seconds (default: 15)
  --help             this text`;

/** Reads the command line; undefined when only help was asked for. @throws TypeError naming what is wrong. */
export function readOptions(args: string[]): ChaosOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'string' },
      seed: { type: 'string' },
      seconds: { type: 'string', default: '120' },
      users: { type: 'string', default: '200' },
      'kill-every': { type: 'string', default: '15' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31));
  return {
    jsonFile: values.json,
    seed: wholeNumber('--seed', seed, 0, 2 ** 31 - 1),
    seconds: wholeNumber('--seconds', values.seconds, 1, 3600),
    users: wholeNumber('--users', values.users, 2, 1000),
    killEvery: wholeNumber('--kill-every', values['kill-every'], 2, 3600),
  };
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new TypeError(`${name} takes a whole number from ${min} to ${max}, not ${text}`);
}
