import type { Person } from '../support/client';
import { type PushWorld, startPushWorld } from '../support/push-world';

let world: PushWorld;

beforeAll(async () => {
  world = await startPushWorld();
});
afterEach(() => world.tidy());
afterAll(() => world.stop());

async function callFrom(caller: Person, callee: Person, type = 'audio') {
  return (await caller.api('POST', '/api/calls/initiate', { calleeId: callee.id, type })).body.call;
}

/** Somebody with a phone that is away, and a tablet. */
async function ben() {
  const phone = await world.person('Ben');
  const token = await world.withPush(phone);
  const tablet = await world.anotherDevice(phone);
  return { phone, tablet, token };
}

const bodies = (token: string) => world.fcm.sent(token).map(({ data }) => data.reason ?? data.type);

describe('a call', () => {
  it('rings the device that is away as long as it rings, and stops it when another device answers', async () => {
    const { ann, fcm } = world;
    const { tablet, token } = await ben();
    const socket = await world.online(tablet);
    await world.online(ann);
    const call = await callFrom(ann, tablet, 'video');
    const [ring] = await fcm.waitFor(token);
    expect(ring).toMatchObject({
      data: {
        type: 'call',
        callId: call.id,
        callerId: ann.id,
        callerName: 'Ann',
        callType: 'video',
        isGroup: 'false',
        expiresAt: expect.stringMatching(/Z$/),
      },
      android: { collapse_key: `call-${call.id}`, priority: 'high', ttl: expect.stringMatching(/^4[0-5]s$/) },
      apns: {
        headers: { 'apns-collapse-id': `call-${call.id}`, 'apns-push-type': 'alert', 'apns-priority': '10' },
        payload: { aps: { alert: { title: 'Ann', body: '📹' }, sound: 'default' } },
      },
    });
    expect(ring).not.toHaveProperty('notification');
    await socket.ask('answer-call', { callId: call.id, callerId: ann.id, calleeId: tablet.id, signal: null });
    const end = (await fcm.waitFor(token, 2))[1];
    expect(end).toMatchObject({
      data: { type: 'call_ended', callId: call.id, reason: 'answered_elsewhere' },
      android: { collapse_key: `call-${call.id}`, priority: 'high' },
    });
    expect(end).not.toHaveProperty('notification');
    await ann.api('PUT', `/api/calls/${call.id}/end`);
    await world.settled();
    expect(bodies(token)).toEqual(['call', 'answered_elsewhere']);
  });

  it('that is missed stops the ringing and tells of it, also when the caller hangs up', async () => {
    const { ann, fcm, clock } = world;
    await world.online(ann);
    for (const why of ['missed', 'cancelled']) {
      const { phone, token } = await ben();
      const call = await callFrom(ann, phone);
      await fcm.waitFor(token);
      if (why === 'missed') clock.advance(50_000);
      else await ann.api('PUT', `/api/calls/${call.id}/end`);
      const missed = (await fcm.waitFor(token, 3))[2];
      expect(bodies(token)).toEqual(['call', why, 'missed_call']);
      expect(missed).toMatchObject({
        data: { type: 'missed_call', callId: call.id, callerId: ann.id, badge: '0' },
        notification: { title: 'Ann', body: '📵' },
        android: { notification: { tag: `call-${call.id}` } },
      });
    }
  });

  it('that was over before its ring could be sent is told as missed only', async () => {
    const { ann, fcm } = world;
    await world.online(ann);
    const { phone, token } = await ben();
    fcm.answer((message) => (message.data.type === 'call' ? { status: 500 } : undefined));
    const before = fcm.requests();
    const call = await callFrom(ann, phone);
    await fcm.asked(before + 1);
    await ann.api('PUT', `/api/calls/${call.id}/end`);
    await fcm.waitFor(token, 1, ({ data }) => data.type === 'missed_call');
    await world.settled();
    expect(bodies(token)).not.toContain('call');
  });

  it('does not ring a device whose user is blocked, busy or connected by it', async () => {
    const { ann, fcm } = world;
    await world.online(ann);
    const { phone, token } = await ben();
    const socket = await world.online(phone);
    const call = await callFrom(ann, phone);
    await socket.waitFor('call-user');
    await ann.api('PUT', `/api/calls/${call.id}/end`);
    await world.leave(phone, socket);
    await phone.api('POST', '/api/contacts/block', { userId: ann.id });
    await callFrom(ann, phone);
    await world.settled();
    expect(fcm.sent(token)).toEqual([]);
  });
});

describe('a contact request', () => {
  it('is pushed, and taken back once it was looked at on another device', async () => {
    const { ann, fcm } = world;
    const { tablet, token } = await ben();
    await ann.api('POST', '/api/contacts/request', { userId: tablet.id });
    const [push] = await fcm.waitFor(token);
    expect(push).toMatchObject({
      data: { type: 'contact_request', userId: ann.id, badge: '1' },
      notification: { title: 'Ann', body: '👋' },
      android: { notification: { tag: `request-${ann.id}`, notification_count: 1 } },
    });
    await tablet.api('POST', '/api/notifications/mark-contacts-viewed');
    const gone = (await fcm.waitFor(token, 2))[1];
    expect(gone).toMatchObject({ data: { type: 'contact_request_gone', userId: ann.id, badge: '0' } });
    expect(gone).not.toHaveProperty('notification');
  });

  it('that was taken back before its push could be sent is not pushed', async () => {
    const { fcm } = world;
    const asker = await world.person('Asker');
    const { phone, token } = await ben();
    fcm.answer((message) => (message.token === token ? { status: 500 } : undefined));
    const before = fcm.requests();
    await asker.api('POST', '/api/contacts/request', { userId: phone.id });
    await fcm.asked(before + 1);
    await asker.api('DELETE', `/api/contacts/request/${phone.id}/reject`);
    fcm.answer(() => undefined);
    await world.settled();
    expect(fcm.sent(token)).toEqual([]);
  });
});
