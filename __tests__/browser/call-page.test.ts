import type { Browser } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app';
import { findTurnserver, startTurnserver, type Turnserver } from '../support/turnserver';
import {
  button,
  type Caller,
  callOf,
  candidateTypes,
  crossOffers,
  gone,
  openCaller,
  openChat,
  openMenuEntry,
  ring,
  see,
  talking,
  untilFlows,
} from './call-steps';
import { findChromium, launchChromium } from './chromium';

const executablePath = findChromium();
const turnserverPath = findTurnserver();
const describeInBrowser = executablePath ? describe : describe.skip;
const PHONE_WIDTH = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };
const TURN_SECRET = 'a secret that the relay and the server share';

describeInBrowser('calls on the chat page, with Alice at a desk and Bob on a phone', () => {
  let app: TestApp;
  let browser: Browser;
  let turnserver: Turnserver | undefined;
  let alice: Caller;
  let bob: Caller;

  beforeAll(async () => {
    turnserver = turnserverPath ? await startTurnserver(turnserverPath, TURN_SECRET) : undefined;
    const turn = turnserver && {
      TURN_URLS: `turn:127.0.0.1:${turnserver.port}?transport=udp`,
      TURN_SECRET,
    };
    app = await startTestApp({ env: { STUN_URLS: 'none', ...turn } });
    browser = await launchChromium(executablePath ?? '', { fakeMedia: true });
    alice = await openCaller(browser, app.url, { name: 'Alice Adams' });
    bob = await openCaller(browser, app.url, { name: 'Bob Brown' }, PHONE_WIDTH);
    const { body } = await alice.person.api('POST', '/api/chats/private', { userId: bob.person.id });
    await alice.person.api('POST', '/api/messages', {
      chatId: body.chat.id,
      content: { type: 'text', text: 'May I call you?' },
    });
    await openChat(alice.page, 'Bob Brown');
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await turnserver?.stop();
  });

  afterEach(() => {
    const complaints = { alice: alice.complaints.splice(0), bob: bob.complaints.splice(0) };
    expect(complaints).toEqual({ alice: [], bob: [] });
  });

  it('carries an audio call both ways, until one hangs up and the other sees it', async () => {
    await button(alice.page, 'Audio call').click();
    await see(callOf(alice.page).getByText('Ringing…'));
    await see(ring(bob.page).getByText('Incoming audio call'));
    await see(ring(bob.page).getByText('Alice Adams'));
    await button(bob.page, 'Accept').click();
    await Promise.all([talking(alice.page), talking(bob.page)]);
    await Promise.all([untilFlows(alice.page, 'audio'), untilFlows(bob.page, 'audio')]);
    await button(alice.page, 'Hang up').click();
    await see(callOf(bob.page).getByText(/^Call ended/));
  });

  it('asks afterwards how the call was, and sends along what was measured', async () => {
    await button(bob.page, '4 of 5').click();
    await gone(callOf(bob.page));
    const { body } = await bob.person.api('GET', '/api/calls/history');
    const quality = await bob.person.api('GET', `/api/calls/${body.calls[0].id}/quality`);
    const text = JSON.stringify(quality.body);
    expect(text).toContain('"rating":4');
    expect(Number(/"bytesReceived":(\d+)/.exec(text)?.[1])).toBeGreaterThan(0);
    await button(alice.page, 'Close').click();
    await gone(callOf(alice.page));
  });

  it('carries a video call, in which a camera can be turned off and on again', async () => {
    await button(alice.page, 'Video call').click();
    await see(ring(bob.page).getByText('Incoming video call'));
    await button(bob.page, 'Accept with video').click();
    await Promise.all([untilFlows(alice.page, 'video'), untilFlows(bob.page, 'video')]);
    const picture = callOf(alice.page).getByLabel('Bob Brown');
    await see(picture);
    await button(bob.page, 'Turn camera off').click();
    await gone(picture);
    await button(bob.page, 'Turn camera on').click();
    await see(picture);
  });

  it('goes on when the connection to the server breaks and comes back', async () => {
    await bob.page.context().setOffline(true);
    await see(bob.page.getByText('Not connected.'));
    await button(alice.page, 'Turn camera off').click();
    await bob.page.context().setOffline(false);
    await gone(callOf(bob.page).getByLabel('Alice Adams'));
    await Promise.all([talking(alice.page), talking(bob.page)]);
    await button(bob.page, 'Hang up').click();
    await see(callOf(alice.page).getByText(/^Call ended/));
    await button(alice.page, 'Close').click();
    await button(bob.page, 'Close').click();
    bob.complaints.length = 0; // The browser itself tells of the lost connection.
  });

  it('turns an audio call into one with pictures', async () => {
    await button(alice.page, 'Audio call').click();
    await button(bob.page, 'Accept with video').click();
    await see(callOf(alice.page).getByLabel('Bob Brown'));
    await button(alice.page, 'Turn camera on').click();
    await Promise.all([untilFlows(alice.page, 'video'), untilFlows(bob.page, 'video')]);
    await button(alice.page, 'Mute').click();
    await see(button(alice.page, 'Unmute'));
    await button(alice.page, 'Hang up').click();
    await button(bob.page, 'Close').click();
    await button(alice.page, 'Close').click();
  });

  it('tells the caller of a declined call, and the called of one that was missed', async () => {
    await button(alice.page, 'Audio call').click();
    await button(bob.page, 'Decline').click();
    await see(callOf(alice.page).getByText('Call declined'));
    await gone(ring(bob.page));
    await button(alice.page, 'Close').click();
    await button(alice.page, 'Audio call').click();
    await see(ring(bob.page));
    await button(alice.page, 'Hang up').click();
    await gone(ring(bob.page));
    await button(alice.page, 'Close').click();
  });

  it('lists the calls, and marks the missed ones', async () => {
    await openMenuEntry(bob.page, 'Calls');
    const calls = bob.page.getByRole('list', { name: 'Calls' }).getByRole('listitem');
    await see(calls.first());
    expect(await calls.allInnerTexts()).toEqual([
      expect.stringContaining('Missed audio call'),
      expect.stringContaining('Declined audio call'),
      expect.stringContaining('Incoming audio call'),
      expect.stringContaining('Incoming video call'),
      expect.stringContaining('Incoming audio call'),
    ]);
    expect(await bob.page.locator('.past-call.is-missed').count()).toBe(1);
    await button(bob.page, 'Close').click();
    await openMenuEntry(alice.page, 'Calls');
    await see(alice.page.getByText(/^Outgoing audio call, no answer/));
    await see(alice.page.getByText(/^Outgoing audio call, declined/));
    await button(alice.page, 'Close').click();
  });

  it('connects two who call each other at the same moment', async () => {
    await openChat(bob.page, 'Alice Adams');
    await Promise.all([button(alice.page, 'Audio call').click(), button(bob.page, 'Audio call').click()]);
    const rung = [alice, bob].map(async (one) => {
      await see(ring(one.page));
      return one;
    });
    const called = await Promise.any(rung);
    await button(called.page, 'Accept').click();
    await Promise.all([talking(alice.page), talking(bob.page)]);
    await button(called.page, 'Hang up').click();
    await button(alice.page, 'Close').click();
    await button(bob.page, 'Close').click();
  });

  it('shows both pictures when two offers cross', async () => {
    await crossOffers(alice.page);
  });

  it('rings on a page that opens meanwhile, and ends the call of a page that goes', async () => {
    await button(alice.page, 'Audio call').click();
    await see(ring(bob.page));
    await bob.page.reload();
    await button(bob.page, 'Accept').click();
    await Promise.all([untilFlows(alice.page, 'audio'), untilFlows(bob.page, 'audio')]);
    bob.page.once('dialog', (dialog) => void dialog.accept());
    await bob.page.reload();
    await see(callOf(alice.page).getByText(/^Call ended/));
    await button(alice.page, 'Close').click();
    await button(bob.page, 'Back to the chats').click();
  });

  it('stops ringing on the other devices of who answered', async () => {
    const tablet = await openCaller(browser, app.url, { phoneNumber: bob.person.phoneNumber });
    await button(alice.page, 'Audio call').click();
    await see(ring(tablet.page));
    await button(bob.page, 'Accept').click();
    await gone(ring(tablet.page));
    await see(tablet.page.getByText('Answered on another device.'));
    await Promise.all([talking(alice.page), talking(bob.page)]);
    await button(bob.page, 'Hang up').click();
    await button(alice.page, 'Close').click();
    await button(bob.page, 'Close').click();
    expect(tablet.complaints).toEqual([]);
    await tablet.page.context().close();
  });

  it('connects everybody in a group with everybody', async () => {
    const carla = await openCaller(browser, app.url, { name: 'Carla Cole' });
    const { body } = await alice.person.api('POST', '/api/chats/group', {
      name: 'Lunch',
      memberIds: [bob.person.id, carla.person.id],
    });
    expect(body.chat.memberCount).toBe(3);
    await openChat(alice.page, 'Lunch');
    await button(alice.page, 'Video call').click();
    await see(ring(bob.page).getByText('Incoming video call in Lunch'));
    await button(bob.page, 'Accept with video').click();
    await button(carla.page, 'Accept with video').click();
    const everybody = [alice, bob, carla];
    for (const { page, person } of everybody) {
      await untilFlows(page, 'video');
      for (const other of everybody.filter((one) => one.person.id !== person.id))
        await see(callOf(page).getByLabel(await nameOf(other)));
    }
    await button(alice.page, 'Hang up').click();
    await gone(callOf(bob.page).getByLabel('Alice Adams'));
    await see(callOf(bob.page).getByLabel('Carla Cole'));
    await button(carla.page, 'Hang up').click();
    await see(callOf(bob.page).getByText(/^Call ended/));
    await button(bob.page, 'Close').click();
    await button(alice.page, 'Close').click();
    expect(carla.complaints).toEqual([]);
    await carla.page.context().close();
  });

  (turnserverPath ? it : it.skip)(
    'carries a call through the relay alone, with the credentials the server gave',
    async () => {
      for (const { page } of [alice, bob]) {
        await page.goto(`${app.url}/?relay=1`);
        await see(page.getByRole('heading', { name: 'Chats' }));
      }
      await openChat(alice.page, 'Bob Brown');
      await button(alice.page, 'Video call').click();
      await button(bob.page, 'Accept with video').click();
      await Promise.all([untilFlows(alice.page, 'video'), untilFlows(bob.page, 'video')]);
      expect(await candidateTypes(alice.page)).toEqual(['relay']);
      expect(await candidateTypes(bob.page)).toEqual(['relay']);
      await button(bob.page, 'Hang up').click();
      await see(callOf(alice.page).getByText(/^Call ended/));
    },
    40_000,
  );
});

async function nameOf({ person }: Caller): Promise<string> {
  const { body } = await person.api('GET', '/api/users/profile');
  return body.user.name;
}
