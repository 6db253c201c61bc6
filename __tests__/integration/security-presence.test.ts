import { startPresenceDelivery } from '../../src/delivery/presence-delivery';
import type { Listener } from '../../src/events/event-bus';
import { createPresenceAudience } from '../../src/services/presence-audience';
import { createRosterService } from '../../src/services/roster.service';
import { startWorld, type World } from '../support/native-world';
import { recordingBus } from '../support/user-fixtures';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

describe('hiding that one is online', () => {
  it('is told at once to those who saw it, and showing it again to those who may', async () => {
    const [ann, friend, partner] = [
      await world.person('Ann'),
      await world.person('Friend'),
      await world.person('Partner'),
    ];
    await ann.api('POST', '/api/users/add-contact', { userId: friend.id });
    await world.privateChat(ann, partner);
    const [friendSocket, partnerSocket] = [await world.socket(friend), await world.socket(partner)];
    await world.socket(ann);
    const aboutAnn = ({ userId }: { userId: string }) => userId === ann.id;
    for (const socket of [friendSocket, partnerSocket]) await socket.waitFor('user-online', aboutAnn);

    await ann.api('PUT', '/api/users/profile', { privacy: { online: 'contacts' } });
    await partnerSocket.waitFor('user-offline', aboutAnn);
    expect(friendSocket.heard('user-offline')).toEqual([]);
    await ann.api('PUT', '/api/users/profile', { privacy: { online: 'nobody' } });
    await friendSocket.waitFor('user-offline', aboutAnn);

    const again = () => partnerSocket.heard('user-online').filter(aboutAnn).length === 2;
    await ann.api('PUT', '/api/users/profile', { privacy: { online: 'everyone' } });
    await partnerSocket.waitFor('user-online', again);
  });
  it('tells no offline to somebody who may see it and connects at that moment', async () => {
    const [ann, ben] = [await world.person('Ann'), await world.person('Ben')];
    await world.privateChat(ann, ben);
    const listeners = new Map<string, Listener<'presence.audience-changed'>>();
    const told: string[] = [];
    const rosters = createRosterService(recordingBus().bus);
    let looks = 0;
    startPresenceDelivery({
      bus: { on: (name, listener) => listeners.set(name, listener as never), emit: () => undefined },
      rosters,
      audience: createPresenceAudience({ rosters }),
      fanOut: { tell: (ids) => told.push(...ids), echoes: () => false },
      connections: { hasUser: (id: string) => id === ben.id && looks++ > 0 } as never,
      isAnnounced: async () => true,
      viewDevices: async () => [],
    });
    const hearChange = listeners.get('presence.audience-changed');
    await hearChange?.({ userId: ann.id }, 'here');
    expect({ looks, told }).toEqual({ looks: 1, told: [] });
    await hearChange?.({ userId: ann.id }, 'here');
    expect({ looks, told }).toEqual({ looks: 2, told: [ben.id] });
  });
});
