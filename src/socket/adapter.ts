import { createAdapter as createMongoAdapter } from '@socket.io/mongo-adapter';
import { createAdapter as createRedisAdapter } from '@socket.io/redis-streams-adapter';
import type { Server } from 'socket.io';

type MongoCollection = Parameters<typeof createMongoAdapter>[0];

/** The other nodes hear through a collection, whose documents an index removes by their `createdAt`. */
export function adaptToMongo(io: Server, collection: MongoCollection): void {
  io.adapter(createMongoAdapter(collection, { addCreatedAtField: true }));
}

/** The other nodes hear through Redis. */
export function adaptToRedis(io: Server, client: unknown): void {
  io.adapter(createRedisAdapter(client, { streamName: 'parley', channelPrefix: 'parley' }));
}
