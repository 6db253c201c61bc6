import { readdirSync } from 'node:fs';
import path from 'node:path';

/** Registers every model, for tools that look at the whole database and not at a part of it. */
export function loadAllModels(): void {
  for (const name of readdirSync(__dirname)) {
    if (/\.model\.(ts|js)$/.test(name)) require(path.join(__dirname, name));
  }
}
