import { isDeepStrictEqual } from 'node:util';
import type { MessageView } from '../../src/presenters/message.presenter';
import type { Client } from './client';
import type { Scene } from './storm';

export interface Difference {
  client: Client;
  text: string;
}

/** Where a client's copy is not what the server shows; what only its sender sees and what follows from watermarks is left out. */
export function compareCopies(
  { clients, world }: Scene,
  shown: ReadonlyMap<string, MessageView[]>,
): Difference[] {
  return clients.flatMap((client) => {
    for (const chatId of world.chatsOf(client.person.id)) {
      const text = differenceIn(client.copy.inOrder(chatId), shown.get(chatId) ?? []);
      if (text) return [{ client, text: `${client.person.id} in ${chatId}: ${text}` }];
    }
    return [];
  });
}

function differenceIn(own: readonly MessageView[], shown: readonly MessageView[]): string | undefined {
  for (let i = 0; i < Math.max(own.length, shown.length); i += 1) {
    const [mine, theirs] = [own[i], shown[i]];
    if (mine && theirs && isDeepStrictEqual(essence(mine), essence(theirs))) continue;
    return `has ${describe(mine)} where the server has ${describe(theirs)}`;
  }
  return undefined;
}

function essence({ status, tempId, ...message }: MessageView): object {
  return message;
}

function describe(message: MessageView | undefined): string {
  return message ? `${message.id}, seq ${message.seq}, rev ${message.rev}` : 'nothing';
}
