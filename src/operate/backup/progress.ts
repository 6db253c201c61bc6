import { Presets, SingleBar } from 'cli-progress';

/** Shows how far one part of the work is: a bar on a terminal, elsewhere one line at its end. */
export interface Progress {
  add(count: number): void;
  done(): void;
}

/** Starts showing `name`; `total` is in `unit`s and may be an estimate. */
export function startProgress(name: string, total: number, unit: string): Progress {
  let count = 0;
  if (!process.stderr.isTTY) {
    return {
      add: (more) => {
        count += more;
      },
      done: () => console.error(`${name}: ${count} ${unit}`),
    };
  }
  const bar = new SingleBar(
    { format: `${name.padEnd(18)} {bar} {percentage}%  {value}/{total} ${unit}`, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return {
    add: (more) => {
      count += more;
      if (count > bar.getTotal()) bar.setTotal(count);
      bar.update(count);
    },
    done: () => {
      bar.setTotal(count);
      bar.update(count);
      bar.stop();
    },
  };
}
