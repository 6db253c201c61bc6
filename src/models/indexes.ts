import mongoose, { type Model } from 'mongoose';

/** IndexOptionsConflict and IndexKeySpecsConflict: an index of that name or with these keys exists with other options. */
const CONFLICTS: unknown[] = [85, 86];

/** What was found different and what was done about it, one sentence each. */
export type IndexReport = string[];

/**
 * Makes every collection and index that the models declare, and mends those whose options changed: a time to live in place, anything
 * else by building it anew. Indexes that no model declares are left, because an older version that still serves may need them.
 * Safe to run again, by several processes, and on a live database.
 */
export async function createIndexes(): Promise<IndexReport> {
  const report: IndexReport = [];
  for (const model of Object.values(mongoose.models)) {
    await model.createCollection();
    report.push(...(await createIndexesOf(model)));
  }
  return report;
}

async function createIndexesOf(model: Model<unknown>): Promise<IndexReport> {
  try {
    await model.createIndexes();
    return [];
  } catch (error) {
    if (!CONFLICTS.includes((error as { code?: unknown }).code)) throw error;
  }
  const report: IndexReport = [];
  for (const index of model.schema.indexes()) report.push(...(await mendIndex(model, index)));
  return report;
}

type DeclaredIndex = ReturnType<Model<unknown>['schema']['indexes']>[number];

async function mendIndex(model: Model<unknown>, [keys, options]: DeclaredIndex): Promise<IndexReport> {
  const { collection } = model;
  // As Model.createIndexes does: `background` is Mongoose's word, which servers since 4.2 do not know.
  const { background: _background, ...wanted } = options as Record<string, unknown>;
  try {
    await collection.createIndex(keys as mongoose.mongo.IndexSpecification, wanted);
    return [];
  } catch (error) {
    if (!CONFLICTS.includes((error as { code?: unknown }).code)) throw error;
  }
  const existing = (await collection.indexes()).find(
    ({ key, name }) => name === wanted.name || JSON.stringify(key) === JSON.stringify(keys),
  );
  if (existing?.name === undefined) throw new Error(`An index of ${collection.name} conflicts with no other`);
  const { expireAfterSeconds } = wanted;
  if (typeof expireAfterSeconds === 'number' && existing.expireAfterSeconds !== undefined) {
    const index = { name: existing.name, expireAfterSeconds };
    await model.db.db?.command({ collMod: collection.name, index });
    if (await isMade(model, keys, wanted))
      return [`${collection.name}: ${existing.name} now keeps documents for ${expireAfterSeconds} s`];
  }
  await collection.dropIndex(existing.name);
  await collection.createIndex(keys as mongoose.mongo.IndexSpecification, wanted);
  return [`${collection.name}: ${existing.name} was built anew, its options had changed`];
}

async function isMade(model: Model<unknown>, keys: object, options: object): Promise<boolean> {
  try {
    await model.collection.createIndex(keys as mongoose.mongo.IndexSpecification, options);
    return true;
  } catch (error) {
    if (CONFLICTS.includes((error as { code?: unknown }).code)) return false;
    throw error;
  }
}

/** Indexes that are declared and not there, and (of collections that models own) those there that no model declares. */
export async function compareIndexes(): Promise<{ missing: string[]; undeclared: string[] }> {
  const missing: string[] = [];
  const undeclared: string[] = [];
  for (const model of Object.values(mongoose.models)) {
    const { toCreate, toDrop } = await model.diffIndexes();
    const { name } = model.collection;
    missing.push(...toCreate.map((keys: object) => `${name} ${JSON.stringify(keys)}`));
    undeclared.push(...toDrop.map((index: string) => `${name}.${index}`));
  }
  return { missing, undeclared };
}
