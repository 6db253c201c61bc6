import mongoose from 'mongoose';

/** How many connections to the database are at work, and how many operations wait for one. */
export interface PoolUse {
  inUse: number;
  waiting: number;
}

/** Follows the connection pool by the driver's own events; to be called once connected, before there is work. */
export function watchPool(): Readonly<PoolUse> {
  const use: PoolUse = { inUse: 0, waiting: 0 };
  const client = mongoose.connection.getClient();
  client.on('connectionCheckOutStarted', () => {
    use.waiting += 1;
  });
  client.on('connectionCheckedOut', () => {
    use.waiting -= 1;
    use.inUse += 1;
  });
  client.on('connectionCheckOutFailed', () => {
    use.waiting -= 1;
  });
  client.on('connectionCheckedIn', () => {
    use.inUse -= 1;
  });
  return use;
}
