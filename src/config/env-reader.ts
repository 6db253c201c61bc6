import { readSecret, SECRET_SETTINGS } from './secrets';

/** Where settings come from: `process.env` in the product, a plain object in tests. */
export type EnvSource = Record<string, string | undefined>;

/**
 * Reads typed settings and collects every fault instead of stopping at the first, so that a refused start
 * names the whole list at once.
 */
export class EnvReader {
  readonly faults: string[] = [];

  constructor(private readonly source: EnvSource) {}

  /** The trimmed value; an empty one counts as not set. A secret may come from a file or a command instead. */
  optional(name: string): string | undefined {
    const value = this.plain(name);
    if (!SECRET_SETTINGS.has(name)) return value;
    return readSecret(
      name,
      { value, file: this.plain(`${name}_FILE`), command: this.plain(`${name}_COMMAND`) },
      (fault) => this.faults.push(fault),
    );
  }

  private plain(name: string): string | undefined {
    const value = this.source[name]?.trim();
    return value === undefined || value === '' ? undefined : value;
  }

  /** True also for an empty value. */
  isSet(name: string): boolean {
    return this.source[name] !== undefined;
  }

  text(name: string, fallback: string): string {
    return this.optional(name) ?? fallback;
  }

  /** A value that must be set when `isRequired`; a missing one is a fault with `why` as its reason. */
  required(name: string, isRequired: boolean, why: string): string | undefined {
    const value = this.optional(name);
    if (value === undefined && isRequired) this.faults.push(`${name} is required ${why}`);
    return value;
  }

  integer(name: string, fallback: number, range: { min: number; max: number }): number {
    const value = this.optional(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (Number.isInteger(number) && number >= range.min && number <= range.max) return number;
    this.faults.push(`${name} must be a whole number from ${range.min} to ${range.max}, not "${value}"`);
    return fallback;
  }

  oneOf<T extends string>(name: string, fallback: T, allowed: readonly T[]): T {
    const value = this.optional(name);
    if (value === undefined) return fallback;
    const found = allowed.find((candidate) => candidate === value);
    if (found !== undefined) return found;
    this.faults.push(`${name} must be one of ${allowed.join(', ')}, not "${value}"`);
    return fallback;
  }

  /** A comma-separated list without empty entries. */
  list(name: string, fallback: string[] = []): string[] {
    const value = this.optional(name);
    if (value === undefined) return fallback;
    return value
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
  }
}
