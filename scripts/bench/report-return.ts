import type { BenchOptions } from './options';
import { table } from './report';
import type { ReturnCosts, ReturnFigures } from './return';

/** The table of how everybody comes back, as a person reads it. */
export function returnText({ people, parley, bare }: ReturnFigures, { rounds }: BenchOptions): string {
  return [
    `Medians of ${rounds} rounds; server, mongod and load share the processors.`,
    '',
    `EVERYBODY COMES BACK AT ONCE (${people} people in groups of 16 to 40; with Parley a client is back when it has synced)`,
    ...table([
      [
        '',
        'all / half back in ms',
        'bare Socket.IO',
        'x',
        'server + mongod us each',
        'bare',
        'commands each',
      ],
      row('a server just started', parley.cold, bare.cold),
      row('cut off and back', parley.again, bare.again),
    ]),
  ].join('\n');
}

function row(what: string, parley: ReturnCosts, bare: ReturnCosts): string[] {
  const times = ({ allMs, halfMs }: ReturnCosts): string => `${Math.round(allMs)} / ${Math.round(halfMs)}`;
  return [
    what,
    times(parley),
    times(bare),
    (parley.allMs / bare.allMs).toFixed(1),
    `${Math.round(parley.cpuMicros)} + ${Math.round(parley.mongodMicros)}`,
    String(Math.round(bare.cpuMicros)),
    parley.commands.toFixed(1),
  ];
}
