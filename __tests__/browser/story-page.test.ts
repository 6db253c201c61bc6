import type { Browser, Locator, Page } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app';
import { befriend, post, say } from '../support/stories';
import { FFMPEG, film, picture, upload, WITH_FFMPEG } from '../support/uploads';
import { button, type Caller, gone, openCaller, openChat, see } from './call-steps';
import { findChromium, launchChromium } from './chromium';

const executablePath = findChromium();
const describeInBrowser = executablePath ? describe : describe.skip;
const PHONE_WIDTH = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };

describeInBrowser('stories on the chat page, with Alice at a desk and Bob on a phone', () => {
  let app: TestApp;
  let browser: Browser;
  let alice: Caller;
  let bob: Caller;

  beforeAll(async () => {
    app = await startTestApp({ env: WITH_FFMPEG });
    browser = await launchChromium(executablePath ?? '');
    alice = await openCaller(browser, app.url, { name: 'Alice Adams' });
    bob = await openCaller(browser, app.url, { name: 'Bob Brown' }, PHONE_WIDTH);
    await befriend(alice.person, bob.person);
    await alice.person.api('POST', '/api/chats/private', { userId: bob.person.id });
  });

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  afterEach(() => {
    const complaints = { alice: alice.complaints.splice(0), bob: bob.complaints.splice(0) };
    expect(complaints).toEqual({ alice: [], bob: [] });
  });

  it('shows a text to a contact, who looks and reacts, and tells its owner', async () => {
    await button(alice.page, 'New story').click();
    expect(await button(alice.page, 'Post').isDisabled()).toBe(true);
    await alice.page.getByLabel('Text of the story').fill('<b>Back</b> from the mountains');
    await alice.page.getByLabel('Violet').check();
    await button(alice.page, 'Post').click();
    await see(toast(alice.page, 'Your story is shown for 24 hours.'));
    await see(button(alice.page, 'My story, 1 story'));

    await button(bob.page, 'Alice Adams, 1 story, new').click();
    await pause(bob.page);
    await see(slide(bob.page, '<b>Back</b> from the mountains'));
    expect(
      await viewer(bob.page)
        .locator('.slide--text')
        .evaluate((element) => element.getAttribute('style')),
    ).toContain('rgb(124, 58, 237)');
    await button(bob.page, 'React with ❤️').click();
    await see(toast(alice.page, 'Bob Brown reacted with ❤️ to your story'));
    await viewer(bob.page).getByLabel('Close').click();
    await see(button(bob.page, 'Alice Adams, 1 story'));

    await button(alice.page, 'My story, 1 story').click();
    await pause(alice.page);
    await button(alice.page, 'Seen by 1').click();
    const seenBy = alice.page.getByRole('list', { name: 'Seen by' });
    await see(seenBy.getByText('Bob Brown'));
    await see(seenBy.getByText('❤️'));
    await alice.page.keyboard.press('Escape');
    await alice.page.keyboard.press('Escape');
    await gone(viewer(alice.page));
  });

  it('shows a photo to those who are meant alone, and goes on by keys, taps and by itself', async () => {
    const file = { name: 'red.png', mimeType: 'image/png', buffer: await picture(400, 640) };
    await button(alice.page, 'New story').click();
    await alice.page.getByLabel('Photo or video').setInputFiles(file);
    await alice.page.getByLabel('Caption').fill('For Bob');
    await alice.page.getByLabel('Who can see it').selectOption('only');
    expect(await button(alice.page, 'Post').isDisabled()).toBe(true);
    await alice.page.getByRole('dialog').getByText('Bob Brown').click();
    await button(alice.page, 'Post').click();
    await see(button(alice.page, 'My story, 2 stories'));
    await say(alice.person, 'Not for Bob', { audience: 'except', userIds: [bob.person.id] });
    await say(alice.person, 'The last one');

    await button(bob.page, 'Alice Adams, 3 stories, new').click();
    await pause(bob.page);
    await see(viewer(bob.page).getByText('For Bob'));
    const image = viewer(bob.page).locator('img.slide__media');
    await see(viewer(bob.page).locator('.story__stage[aria-busy=false]'));
    expect(
      await image.evaluate((element) => (element as unknown as { naturalWidth: number }).naturalWidth),
    ).toBe(400);
    await button(bob.page, 'Previous story').click();
    await see(slide(bob.page, '<b>Back</b> from the mountains'));
    await viewer(bob.page).press('ArrowRight');
    await see(viewer(bob.page).getByText('For Bob'));
    await button(bob.page, 'Next story').click();
    await see(slide(bob.page, 'The last one'));
    await pause(bob.page);
    // Nobody touches it any more: it ends by itself, and with it the viewer.
    await gone(viewer(bob.page));
    await see(button(bob.page, 'Alice Adams, 3 stories'));
  });

  it('keeps a story as a highlight, which others find with the contact', async () => {
    await button(alice.page, 'My story, 4 stories').click();
    await pause(alice.page);
    await button(alice.page, 'Keep').click();
    await alice.page.getByLabel('Highlight title').fill('Mountains');
    await button(alice.page, 'Keep story').click();
    await see(button(alice.page, 'Let go of it'));
    await viewer(alice.page).getByLabel('Close').click();

    await openChat(bob.page, 'Alice Adams');
    await bob.page.locator('.conversation__who').click();
    await button(bob.page, 'Highlight Mountains').click();
    await pause(bob.page);
    await see(slide(bob.page, '<b>Back</b> from the mountains'));
    await see(viewer(bob.page).getByText(/^Mountains/));
    await viewer(bob.page).getByLabel('Close').click();
    await bob.page.locator('.drawer').getByLabel('Close').click();
    await button(bob.page, 'Back to the chats').click();
  });

  (FFMPEG ? it : it.skip)(
    'plays a film for as long as it is',
    async () => {
      const { media } = (await upload(app, bob.person, { bytes: await film(), name: 'film.mp4' })).body;
      await post(bob.person, { type: 'video', mediaId: media.id, caption: 'Two seconds' });
      await button(alice.page, 'Bob Brown, 1 story, new').click();
      await see(viewer(alice.page).getByText('Two seconds'));
      await see(viewer(alice.page).locator('video.slide__media'));
      await gone(viewer(alice.page));
      await see(button(alice.page, 'Bob Brown, 1 story'));
    },
    40_000,
  );

  it('deletes a story for everybody', async () => {
    await button(alice.page, 'My story, 4 stories').click();
    await pause(alice.page);
    await button(alice.page, 'Delete').click();
    await button(alice.page, 'Delete story').click();
    await see(viewer(alice.page).getByText('For Bob'));
    await viewer(alice.page).getByLabel('Close').click();
    await see(button(alice.page, 'My story, 3 stories'));
    await bob.page.reload();
    await see(button(bob.page, 'Alice Adams, 2 stories'));
  });
});

function viewer(page: Page): Locator {
  return page.locator('dialog.story');
}

/** So that a story waits for a slow machine; again, it goes on. */
function pause(page: Page): Promise<void> {
  return viewer(page).press(' ');
}

function slide(page: Page, text: string): Locator {
  return viewer(page).locator('.slide--text').getByText(text, { exact: true });
}

function toast(page: Page, text: string): Locator {
  return page.locator('.toast', { hasText: text });
}
