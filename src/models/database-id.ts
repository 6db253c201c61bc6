import mongoose from 'mongoose';
import { UserModel } from './user.model';

/**
 * What tells this database from every other: the id MongoDB gave its collection of users when it was made. After a restore it is another
 * one.
 */
export async function databaseId(): Promise<string> {
  const name = UserModel.collection.collectionName;
  const [found] = (await mongoose.connection.db?.listCollections({ name }).toArray()) ?? [];
  const uuid = found && 'info' in found ? found.info?.uuid : undefined;
  return uuid ? uuid.toString('hex') : mongoose.connection.name;
}
