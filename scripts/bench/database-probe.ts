import { mongo } from 'mongoose';

/** What mongod is asked about itself; it shares the machine with the servers, and what it costs is part of what a message costs. */
export interface DatabaseProbe {
  /** Processor time of mongod since its start, in microseconds. */
  cpuMicros(): Promise<number>;
  /** How many commands it was sent since its start. */
  commands(): Promise<number>;
  /** What the messages of a database take on disk with their indexes, divided by how many there are. */
  bytesPerMessage(dbName: string): Promise<number>;
  close(): Promise<void>;
}

interface StorageRow {
  storageStats: { count: number; storageSize: number; totalIndexSize: number };
}

export async function openDatabaseProbe(uri: string): Promise<DatabaseProbe> {
  const client = await mongo.MongoClient.connect(uri);
  const admin = client.db('admin');
  return {
    async cpuMicros() {
      const { extra_info: used } = await admin.command({ serverStatus: 1 });
      return Number(used.user_time_us) + Number(used.system_time_us);
    },
    async commands() {
      const { opcounters } = await admin.command({ serverStatus: 1 });
      return Object.values<unknown>(opcounters).reduce((sum: number, count) => sum + (Number(count) || 0), 0);
    },
    async bytesPerMessage(dbName) {
      // Sizes are those of the last checkpoint.
      await admin.command({ fsync: 1 });
      const [row] = await client
        .db(dbName)
        .collection('messages')
        .aggregate<StorageRow>([{ $collStats: { storageStats: {} } }])
        .toArray();
      const { count = 0, storageSize = 0, totalIndexSize = 0 } = row?.storageStats ?? {};
      return count === 0 ? 0 : (storageSize + totalIndexSize) / count;
    },
    close: () => client.close(),
  };
}
