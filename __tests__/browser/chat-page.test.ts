import type { Browser, Page, Response } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app';
import { findChromium, launchChromium, openVisitor, type Visitor } from './chromium';
import {
  bubble,
  DESKTOP,
  disconnect,
  gone,
  inLog,
  messageBox,
  openMenu,
  PHONE_WIDTH,
  row,
  see,
  signIn,
  startChat,
  tick,
  title,
  write,
} from './page-steps';

const executablePath = findChromium();
const describeInBrowser = executablePath ? describe : describe.skip;

describeInBrowser('the chat page, with Alice at a desk and Bob on a phone', () => {
  let app: TestApp;
  let browser: Browser;
  let alice: Visitor;
  let bob: Visitor;

  beforeAll(async () => {
    // Tokens this short are renewed on the live connections all the time.
    app = await startTestApp({ env: { ACCESS_TOKEN_TTL_SECONDS: '20' } });
    browser = await launchChromium(executablePath ?? '');
    alice = await openVisitor(browser, DESKTOP);
    bob = await openVisitor(browser, PHONE_WIDTH);
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  afterEach(() => {
    const complaints = { alice: alice.complaints.splice(0), bob: bob.complaints.splice(0) };
    expect(complaints).toEqual({ alice: [], bob: [] });
  });

  it('signs both in by phone and code, and asks somebody new for a name', async () => {
    await Promise.all([signIn(alice.page, 'Alice Adams', app.url), signIn(bob.page, 'Bob Brown', app.url)]);
    await see(alice.page.getByText('No chats yet.'));
  });

  it('starts a private chat from a search, and shows the unread badge at the other side', async () => {
    await startChat(alice.page, 'Bob Brown');
    await write(alice.page, 'Hello Bob');
    await write(alice.page, 'Are you there?');
    await see(row(bob.page, 'Alice Adams').getByLabel('2 unread messages'));
    await see(tick(alice.page, 'Are you there?', 'Delivered'));
    expect(await bob.page.title()).toBe('(1) Parley');
  });

  it('shows two screens at phone width, and marks read what is in view', async () => {
    expect(await messageBox(bob.page).isVisible()).toBe(false);
    await row(bob.page, 'Alice Adams').click();
    await see(bubble(bob.page, 'Hello Bob'));
    await see(inLog(bob.page, '2 unread messages'));
    expect(await row(bob.page, 'Alice Adams').isVisible()).toBe(false);
    await see(tick(alice.page, 'Hello Bob', 'Read'));
    await see(tick(alice.page, 'Are you there?', 'Read'));
  });

  it('shows that somebody is online and typing', async () => {
    await see(alice.page.locator('.conversation__sub', { hasText: 'online' }));
    await messageBox(bob.page).pressSequentially('Ye');
    await see(alice.page.locator('.conversation__sub', { hasText: 'typing…' }));
    await messageBox(bob.page).fill('Yes!');
    await bob.page.getByRole('button', { name: 'Send' }).click();
    await see(bubble(alice.page, 'Yes!'));
    await see(alice.page.locator('.conversation__sub', { hasText: 'online' }));
  });

  it('reacts, replies and edits, and the other side sees it', async () => {
    await openMenu(alice.page, 'Yes!');
    await alice.page.getByRole('button', { name: 'React with 👍' }).click();
    await see(bob.page.getByRole('button', { name: '👍 by Alice Adams' }));
    await openMenu(alice.page, 'Yes!');
    await alice.page.getByRole('menuitem', { name: 'Reply' }).click();
    await write(alice.page, 'Good');
    await see(bubble(bob.page, 'Good').locator('.quote', { hasText: 'Yes!' }));
    await messageBox(alice.page).press('ArrowUp');
    await write(alice.page, 'Very good');
    await see(bubble(bob.page, 'Very good').getByText('edited'));
    await see(bubble(bob.page, 'Very good').locator('.quote', { hasText: 'Yes!' }));
  });

  it('deletes a message for everyone', async () => {
    await openMenu(alice.page, 'Are you there?');
    await alice.page.getByRole('menuitem', { name: 'Delete' }).click();
    await alice.page.getByRole('button', { name: 'Delete for everyone' }).click();
    await see(inLog(bob.page, 'This message was deleted'));
    await gone(bubble(bob.page, 'Are you there?'));
  });

  it('shows what people write as text, never as markup, and links as links', async () => {
    await write(alice.page, '<img src=x onerror=alert(1)> https://example.org/a?b=1.');
    const written = bubble(bob.page, '<img src=x onerror=alert(1)>');
    await see(written);
    expect(await written.locator('img').count()).toBe(0);
    expect(await written.getByRole('link').getAttribute('href')).toBe('https://example.org/a?b=1');
  });

  it('makes a group, in which messages carry the sender and the ticks wait for all', async () => {
    await alice.page.getByRole('button', { name: 'Menu', exact: true }).click();
    await alice.page.getByRole('menuitem', { name: 'New group' }).click();
    await alice.page.getByLabel('Group name').fill('Lunch');
    await alice.page.getByRole('dialog').getByText('Bob Brown').click();
    await alice.page.getByRole('button', { name: 'Create group' }).click();
    await see(title(alice.page, 'Lunch'));
    await write(alice.page, 'Who is hungry?');
    await bob.page.getByRole('button', { name: 'Back to the chats' }).click();
    await row(bob.page, 'Lunch').click();
    await see(bubble(bob.page, 'Who is hungry?').getByText('Alice Adams'));
    await see(tick(alice.page, 'Who is hungry?', 'Read'));
    await write(bob.page, 'Me');
    await see(bubble(alice.page, 'Me').getByText('Bob Brown'));
  });

  it('tells in words what admins change', async () => {
    await alice.page.locator('.conversation__who').click();
    await alice.page.getByRole('button', { name: 'Change name and description' }).click();
    await alice.page.getByLabel('Group name').fill('Late lunch');
    await alice.page.getByRole('button', { name: 'Save' }).click();
    await see(inLog(bob.page, 'Alice Adams named the group “Late lunch”'));
    await see(title(bob.page, 'Late lunch'));
    await alice.page.keyboard.press('Escape');
  });

  it('lets a third person in by an invite link, who then leaves again', async () => {
    await alice.page.locator('.conversation__who').click();
    await alice.page.getByRole('button', { name: 'Invite by link' }).click();
    const link = await alice.page.getByLabel('Invite link').inputValue();
    const carla = await openVisitor(browser);
    await signIn(carla.page, 'Carla Cole', link);
    await carla.page.getByRole('button', { name: 'Join', exact: true }).click();
    await see(inLog(alice.page, 'Carla Cole joined by the invite link'));
    await see(title(carla.page, 'Late lunch'));
    await write(carla.page, 'Hello all');
    await see(bubble(bob.page, 'Hello all').getByText('Carla Cole'));
    await carla.page.getByRole('button', { name: 'Chat options' }).click();
    await carla.page.getByRole('menuitem', { name: 'Leave group' }).click();
    await carla.page.getByRole('button', { name: 'Leave', exact: true }).click();
    await see(carla.page.getByText('No chats yet.'));
    await see(inLog(alice.page, 'Carla Cole left'));
    expect(carla.complaints).toEqual([]);
    await carla.page.context().close();
  });

  it('renews its token on the live connection', async () => {
    // Every 15 seconds, whatever came before.
    const isRenewal = (answer: Response) => answer.url().endsWith('/refresh-token') && answer.ok();
    await alice.page.waitForResponse(isRenewal, { timeout: 20_000 });
    await write(alice.page, 'Still here');
    await see(tick(alice.page, 'Still here', 'Read'));
    expect(await alice.page.getByText('Not connected.').count()).toBe(0);
  });

  it('keeps the session, the open chat and its history through a reload', async () => {
    await alice.page.reload();
    await see(bubble(alice.page, 'Who is hungry?'));
    await see(row(alice.page, 'Bob Brown'));
    await row(alice.page, 'Bob Brown').click();
    await see(bubble(alice.page, 'Very good'));
    await see(title(alice.page, 'Bob Brown'));
  });

  it('sends what was written without a connection as soon as there is one, and catches up', async () => {
    await bob.page.getByRole('button', { name: 'Back to the chats' }).click();
    await row(bob.page, 'Alice Adams').click();
    await disconnect(bob.page);
    await write(bob.page, 'Written in a tunnel');
    await see(bubble(bob.page, 'Written in a tunnel').getByLabel('Sending'));
    await write(alice.page, 'Still with us?');
    await see(tick(alice.page, 'Still with us?', 'Sent'));
    await bob.page.context().setOffline(false);
    await see(bubble(bob.page, 'Still with us?'));
    await see(bubble(alice.page, 'Written in a tunnel'));
    await see(tick(bob.page, 'Written in a tunnel', 'Read'));
    expect(await bubble(alice.page, 'Written in a tunnel').count()).toBe(1);
    bob.complaints.length = 0; // The browser itself tells of the lost connection.
  });

  it('loads older history when scrolled up, and finds messages in it', async () => {
    await fillHistory(alice.page, 60);
    await see(bubble(alice.page, 'line 60', true));
    await alice.page.reload();
    await see(bubble(alice.page, 'line 60', true));
    expect(await bubble(alice.page, 'Hello Bob').count()).toBe(0);
    await alice.page.getByRole('button', { name: 'Search in this chat' }).click();
    await alice.page.getByLabel('Search messages').fill('Hello Bob');
    await alice.page.locator('.drawer .found__main').first().click();
    await see(bubble(alice.page, 'Hello Bob'));
    expect(await bubble(alice.page, 'line 1', true).count()).toBe(1);
  });

  it('signs out, and keeps nothing that opens the chats again', async () => {
    await alice.page.getByRole('button', { name: 'Menu', exact: true }).click();
    await alice.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await alice.page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
    await see(alice.page.getByRole('heading', { name: 'Sign in to Parley' }));
    await alice.page.reload();
    await see(alice.page.getByRole('heading', { name: 'Sign in to Parley' }));
  });
});

/** Writes many messages, each once the one before is out of the box. */
async function fillHistory(page: Page, count: number): Promise<void> {
  for (let line = 1; line <= count; line += 1) await write(page, `line ${line}`);
}
