import type { Browser, Locator, Page } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app';
import { button, type Caller, gone, openCaller, openChat, openMenuEntry, see } from './call-steps';
import { findChromium, launchChromium } from './chromium';

const executablePath = findChromium();
const describeInBrowser = executablePath ? describe : describe.skip;
const PHONE_WIDTH = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };

describeInBrowser('contacts, notices and privacy on the chat page', () => {
  let app: TestApp;
  let browser: Browser;
  let alice: Caller;
  let bob: Caller;
  let carla: Caller;
  let chatId: string;

  beforeAll(async () => {
    app = await startTestApp({ env: { STUN_URLS: 'none' } });
    browser = await launchChromium(executablePath ?? '', { fakeMedia: true });
    alice = await openCaller(browser, app.url, { name: 'Alice Adams' });
    bob = await openCaller(browser, app.url, { name: 'Bob Brown' }, PHONE_WIDTH);
    carla = await openCaller(browser, app.url, { name: 'Carla Cole' });
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  afterEach(() => {
    const complaints = [alice, bob, carla].map((one) => one.complaints.splice(0));
    expect(complaints).toEqual([[], [], []]);
  });

  it('sends a request to somebody who was found, and tells them of it', async () => {
    await openMenuEntry(alice.page, 'Contacts');
    await find(alice.page, 'Bob Brown');
    await button(alice.page, 'Send request: Bob Brown').click();
    await see(inList(alice.page, 'Found', 'Request sent'));
    await see(button(bob.page, 'Notices: 1'));
  });

  it('makes both contacts when the other accepts', async () => {
    await button(bob.page, 'Notices: 1').click();
    await see(inList(bob.page, 'Notices', 'New request'));
    await see(button(bob.page, 'Notices'));
    await button(bob.page, 'Accept: Alice Adams').click();
    await see(bob.page.getByText('Nothing waits for you.'));
    await button(bob.page, 'Close').click();
    await find(alice.page, '');
    await see(inList(alice.page, 'Contacts', 'Bob Brown'));
    await openMenuEntry(bob.page, 'Contacts');
    await see(inList(bob.page, 'Contacts', 'Alice Adams'));
    await button(bob.page, 'Close').click();
  });

  it('lists requests both ways, and takes them back or rejects them', async () => {
    await openMenuEntry(carla.page, 'Contacts');
    for (const name of ['Alice Adams', 'Bob Brown']) {
      await find(carla.page, name);
      await button(carla.page, `Send request: ${name}`).click();
      await see(button(carla.page, `Take back: ${name}`));
    }
    await find(carla.page, '');
    await see(inList(carla.page, 'Your requests', 'Bob Brown'));
    await openMenuEntry(bob.page, 'Contacts');
    await see(inList(bob.page, 'Requests to you', 'Carla Cole'));
    await button(carla.page, 'Take back: Bob Brown').click();
    await gone(inList(bob.page, 'Requests to you', 'Carla Cole'));
    await button(bob.page, 'Close').click();
    await button(alice.page, 'Reject: Carla Cole').click();
    await see(carla.page.getByText('No contacts yet.'));
    await button(carla.page, 'Close').click();
  });

  it('counts what waits, and clears it without marking it read', async () => {
    const { body } = await bob.person.api('POST', '/api/chats/private', { userId: alice.person.id });
    chatId = body.chat.id;
    for (const text of ['Hello', 'Anybody there?'])
      await bob.person.api('POST', '/api/messages', { chatId, content: { type: 'text', text } });
    await button(alice.page, 'Notices: 2').click();
    await see(inList(alice.page, 'Notices', 'Anybody there?'));
    await see(alice.page.getByLabel('2 new'));
    await button(alice.page, 'Clear the notice of Bob Brown').click();
    await see(alice.page.getByText('Nothing waits for you.'));
    await see(button(alice.page, 'Notices'));
    await see(alice.page.getByLabel('2 unread messages'));
  });

  it('tells of a missed call, from which one calls back', async () => {
    const { body } = await bob.person.api('POST', '/api/calls/initiate', {
      calleeId: alice.person.id,
      type: 'audio',
    });
    await bob.person.api('PUT', `/api/calls/${body.call.id}/end`, {});
    await see(inList(alice.page, 'Notices', 'Missed audio call'));
    await button(alice.page, 'Call Bob Brown back').click();
    await see(button(bob.page, 'Accept'));
    await button(alice.page, 'Hang up').click();
    await gone(button(bob.page, 'Accept'));
    await alice.page
      .getByRole('region', { name: 'Call', exact: true })
      .getByRole('button', { name: 'Close' })
      .click();
    await button(alice.page, 'Clear all').click();
    await see(alice.page.getByText('Nothing waits for you.'));
    await button(alice.page, 'Close').click();
  });

  it('blocks somebody, who then cannot write or call, and lifts the block', async () => {
    await openChat(alice.page, 'Bob Brown');
    await button(alice.page, 'Chat options').click();
    await alice.page.getByRole('menuitem', { name: 'Block' }).click();
    await alice.page.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await see(alice.page.getByText('You blocked Bob Brown.'));
    await gone(button(alice.page, 'Audio call'));
    await gone(messageBox(alice.page));
    await openChat(bob.page, 'Alice Adams');
    await write(bob.page, 'Why?');
    await see(bob.page.getByRole('article').getByLabel('Not sent'));
    await openMenuEntry(alice.page, 'Privacy');
    await button(alice.page, 'Blocked people').click();
    await button(alice.page, 'Unblock: Bob Brown').click();
    await see(alice.page.getByText('You blocked nobody.'));
    await see(messageBox(alice.page));
    await button(alice.page, 'Close').click();
    await write(bob.page, 'Thank you');
    await see(alice.page.getByRole('log').getByText('Thank you'));
  });

  it('keeps from others what the privacy settings say', async () => {
    await see(bob.page.locator('.conversation__sub', { hasText: 'online' }));
    await openMenuEntry(alice.page, 'Privacy');
    await choose(alice.page, 'Who can see that I am online', 'Nobody');
    await gone(bob.page.locator('.conversation__sub', { hasText: 'online' }));
    await choose(alice.page, 'Who can call me', 'Nobody');
    await button(bob.page, 'Audio call').click();
    await see(bob.page.locator('.toast', { hasText: 'call' }));
    await gone(button(bob.page, 'Hang up'));
    await alice.page.getByLabel('Let people find me by name and phone number').click();
    await saved(alice.page);
    await openMenuEntry(carla.page, 'Contacts');
    await find(carla.page, 'Alice Adams');
    await see(carla.page.getByText('Nobody found.'));
    await alice.page.reload();
    await openMenuEntry(alice.page, 'Privacy');
    expect(await alice.page.getByLabel('Who can call me').inputValue()).toBe('nobody');
    expect(await alice.page.getByLabel('Let people find me').isChecked()).toBe(false);
  });

  it('removes a contact', async () => {
    await button(bob.page, 'Back to the chats').click();
    await openMenuEntry(bob.page, 'Contacts');
    const panel = bob.page.getByRole('complementary', { name: 'Contacts' });
    await panel.getByRole('button', { name: 'Options for Alice Adams' }).click();
    await bob.page.getByRole('menuitem', { name: 'Remove from contacts' }).click();
    await see(bob.page.getByText('No contacts yet.'));
  });
});

function inList(page: Page, list: string, text: string): Locator {
  return page.getByRole('list', { name: list, exact: true }).getByText(text);
}

async function find(page: Page, text: string): Promise<void> {
  await page.getByLabel('Find people by name, username or phone number').fill(text);
}

function messageBox(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Message', exact: true });
}

async function write(page: Page, text: string): Promise<void> {
  await messageBox(page).fill(text);
  await messageBox(page).press('Enter');
}

async function choose(page: Page, question: string, answer: string): Promise<void> {
  await page.getByLabel(question).selectOption({ label: answer });
  await saved(page);
}

/** The notice goes by itself; the next one must not be taken for it. */
async function saved(page: Page): Promise<void> {
  await see(page.locator('.toast', { hasText: 'Saved.' }).last());
  await page.locator('.toast').evaluateAll((notes) => {
    for (const note of notes) note.remove();
  });
}
