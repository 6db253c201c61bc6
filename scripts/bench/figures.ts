/** What one run of one case measured: messages (or deliveries) per second, and milliseconds from send to delivery. */
export interface Rates {
  rate: number;
  p50: number;
  p99: number;
}

/** The middle value, of an even number of values the lower middle. */
export function median(values: number[]): number {
  return percentile(values, 0.5);
}

/** The smallest value that a `share` (0 to 1) of all values does not exceed; 0 without values. */
export function percentile(values: number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** Each figure's own median, so that one disturbed round costs nothing. */
export function medianRates(rounds: Rates[]): Rates {
  return {
    rate: Math.round(median(rounds.map((round) => round.rate))),
    p50: roundTo(median(rounds.map((round) => round.p50)), 2),
    p99: roundTo(median(rounds.map((round) => round.p99)), 2),
  };
}

/** `value` with at most `digits` places behind the point. */
export function roundTo(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
