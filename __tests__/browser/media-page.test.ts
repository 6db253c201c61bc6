import type { Browser, Locator, Page, Route } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app';
import { clockAhead } from '../support/native-world';
import { FFMPEG, film, picture, voiceNote, WITH_FFMPEG } from '../support/uploads';
import { findChromium, launchChromium, openVisitor, type Visitor } from './chromium';
import {
  attach,
  bringFiles,
  bubble,
  DESKTOP,
  gone,
  inLog,
  messageBox,
  PHONE_WIDTH,
  row,
  see,
  seePicture,
  signIn,
  startChat,
  type TestFile,
  tick,
  title,
  write,
} from './page-steps';

const executablePath = findChromium();
const describeInBrowser = executablePath ? describe : describe.skip;
const itWithFfmpeg = FFMPEG ? it : it.skip;
const REPORT: TestFile = {
  name: 'Report.pdf',
  mimeType: 'application/pdf',
  buffer: Buffer.from('%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n'),
};

describeInBrowser('photos, films, sound and files on the chat page, between a desk and a phone', () => {
  const clock = clockAhead();
  let app: TestApp;
  let browser: Browser;
  let alice: Visitor;
  let bob: Visitor;
  let photo: TestFile;
  let wide: TestFile;

  beforeAll(async () => {
    app = await startTestApp({ env: WITH_FFMPEG, overrides: { clock } });
    browser = await launchChromium(executablePath ?? '', { fakeMedia: true });
    alice = await openVisitor(browser, { ...DESKTOP, acceptDownloads: true });
    bob = await openVisitor(browser, PHONE_WIDTH);
    photo = { name: 'tall.png', mimeType: 'image/png', buffer: await picture(300, 400) };
    wide = { name: 'wide.jpg', mimeType: 'image/jpeg', buffer: await picture(640, 300, 'jpeg') };
    await Promise.all([signIn(alice.page, 'Alice Adams', app.url), signIn(bob.page, 'Bob Brown', app.url)]);
    await startChat(alice.page, 'Bob Brown');
    await write(alice.page, 'Hello Bob');
    await row(bob.page, 'Alice Adams').click();
    await see(bubble(bob.page, 'Hello Bob'));
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  afterEach(() => {
    const complaints = { alice: alice.complaints.splice(0), bob: bob.complaints.splice(0) };
    expect(complaints).toEqual({ alice: [], bob: [] });
  });

  it('sends a photo with what stands in the text box as its caption', async () => {
    await attach(alice.page, [photo]);
    await messageBox(alice.page).fill('Our tree');
    await alice.page.getByRole('button', { name: 'Send' }).click();
    await seePicture(bubble(bob.page, 'Our tree').locator('.media img'));
    await see(tick(alice.page, 'Our tree', 'Read'));
    expect(await alice.page.getByRole('list', { name: 'Files to send' }).count()).toBe(0);
    await see(row(alice.page, 'Bob Brown').getByText('Photo: Our tree'));
  });

  it('takes several files that are dropped, each with its own caption, and lets one be dropped again', async () => {
    await bringFiles(alice.page, [wide, REPORT, photo], 'drop');
    await alice.page.getByLabel('Caption for wide.jpg').fill('From the hill');
    await alice.page.getByRole('button', { name: 'Remove tall.png' }).click();
    await alice.page.getByLabel('Caption for Report.pdf').fill('And the numbers');
    await messageBox(alice.page).fill('Two things:');
    await messageBox(alice.page).press('Enter');
    await see(bubble(bob.page, 'Two things:'));
    await seePicture(bubble(bob.page, 'From the hill').locator('.media img'));
    await see(bubble(bob.page, 'And the numbers').getByRole('link', { name: 'Report.pdf' }));
    expect(await messageBox(alice.page).inputValue()).toBe('');
  });

  it('saves a file under its name', async () => {
    await row(alice.page, 'Bob Brown').click();
    const download = alice.page.waitForEvent('download');
    await bubble(alice.page, 'And the numbers').getByRole('link', { name: 'Report.pdf' }).click();
    expect((await download).suggestedFilename()).toBe('Report.pdf');
  });

  it('takes a picture from the clipboard, also at phone width', async () => {
    await bringFiles(bob.page, [{ ...photo, name: 'image.png' }], 'paste');
    await messageBox(bob.page).fill('Pasted');
    await bob.page.getByRole('button', { name: 'Send' }).click();
    await seePicture(bubble(alice.page, 'Pasted').locator('.media img'));
  });

  it('shows photos large, one after another by the arrow keys, and gives the focus back', async () => {
    const first = bubble(alice.page, 'Our tree').getByRole('button', { name: 'Open the photo' });
    await first.focus();
    await alice.page.keyboard.press('Enter');
    const viewer = alice.page.getByRole('dialog', { name: 'Viewer' });
    await see(viewer.getByText('Our tree'));
    await seePicture(viewer.locator('img'));
    await alice.page.keyboard.press('ArrowRight');
    await see(viewer.getByText('From the hill'));
    await viewer.getByRole('button', { name: 'Next' }).click();
    await see(viewer.getByText('Pasted'));
    await alice.page.keyboard.press('Escape');
    await gone(viewer);
    await see(bubble(alice.page, 'Our tree').locator('.media:focus'));
  });

  itWithFfmpeg(
    'plays a film in the viewer, and shows its length before',
    async () => {
      await attach(alice.page, [{ name: 'waves.mp4', mimeType: 'video/mp4', buffer: await film() }]);
      await messageBox(alice.page).fill('Waves');
      await messageBox(alice.page).press('Enter');
      const sent = bubble(bob.page, 'Waves');
      await see(sent.getByText('0:02'));
      await seePicture(sent.locator('.media img'));
      await sent.getByRole('button', { name: 'Play the video' }).click();
      await played(bob.page.locator('.lightbox video'));
      await bob.page.getByRole('button', { name: 'Close' }).click();
    },
    40_000,
  );

  itWithFfmpeg(
    'plays sound in its bubble, which other messages do not interrupt',
    async () => {
      await attach(
        alice.page,
        [{ name: 'hum.webm', mimeType: 'audio/webm', buffer: await voiceNote() }],
        'File',
      );
      await messageBox(alice.page).press('Enter');
      const sound = bob.page.locator('.audio').last();
      await see(sound.getByText('hum.webm'));
      await see(sound.getByText('0:02'));
      await sound.getByRole('button', { name: 'Play' }).click();
      await see(sound.getByRole('button', { name: 'Pause' }));
      await write(alice.page, 'Do you hear it?');
      await see(bubble(bob.page, 'Do you hear it?'));
      await see(sound.locator('rect.is-played').nth(20));
      await see(sound.getByRole('button', { name: 'Play' }));
    },
    40_000,
  );

  itWithFfmpeg(
    'records a voice message, which the other hears with its length and loudness',
    async () => {
      await bob.page.getByRole('button', { name: 'Record a voice message' }).click();
      await see(bob.page.getByRole('timer').getByText('0:02'));
      await bob.page.getByRole('button', { name: 'Send voice message' }).click();
      const sound = alice.page.locator('.audio', { hasText: 'Voice message' });
      await see(sound.getByText(/^0:0[123]$/));
      const heights = await sound
        .locator('rect')
        .evaluateAll((bars) => bars.map((bar) => bar.getAttribute('height')));
      expect(new Set(heights).size).toBeGreaterThan(1);
      await sound.getByRole('button', { name: 'Play' }).click();
      await see(sound.locator('rect.is-played').nth(5));
      await see(row(alice.page, 'Bob Brown').getByText(/^Voice message \(0:0[123]\)$/));
    },
    30_000,
  );

  it('discards a recording, by its button and by Esc, and sends nothing of it', async () => {
    const before = await alice.page.locator('.audio').count();
    for (const end of ['button', 'key']) {
      await alice.page.getByRole('button', { name: 'Record a voice message' }).click();
      await see(alice.page.getByRole('timer'));
      if (end === 'key') await alice.page.keyboard.press('Escape');
      else await alice.page.getByRole('button', { name: 'Discard the recording' }).click();
      await see(messageBox(alice.page));
    }
    await write(alice.page, 'Said nothing');
    await see(bubble(bob.page, 'Said nothing'));
    expect(await alice.page.locator('.audio').count()).toBe(before);
  });

  it('shows that a file is on its way, and gives its text back when it is cancelled', async () => {
    const gate = await holdUploads(alice.page);
    await attach(alice.page, [photo]);
    await messageBox(alice.page).fill('Not this one');
    await messageBox(alice.page).press('Enter');
    await see(alice.page.getByRole('progressbar', { name: 'Sending tall.png' }));
    await alice.page.getByRole('button', { name: 'Cancel sending tall.png' }).click();
    await gone(bubble(alice.page, 'Not this one'));
    expect(await messageBox(alice.page).inputValue()).toBe('Not this one');
    await messageBox(alice.page).fill('');
    await gate.open();
    await write(alice.page, 'Something else');
    await see(bubble(bob.page, 'Something else'));
    expect(await bubble(bob.page, 'Not this one').count()).toBe(0);
  });

  it('tries again by itself while the server is busy', async () => {
    let refusals = 0;
    await alice.page.route('**/api/media', async (route) => {
      refusals += 1;
      if (refusals > 1) return route.continue();
      const headers = { 'retry-after': '1' };
      return route.fulfill({ status: 503, headers, json: { code: 'unavailable', detail: 'Busy' } });
    });
    await attach(alice.page, [photo]);
    await messageBox(alice.page).fill('Through the crowd');
    await messageBox(alice.page).press('Enter');
    await seePicture(bubble(bob.page, 'Through the crowd').locator('.media img'));
    expect(refusals).toBe(2);
    await alice.page.unroute('**/api/media');
    expectOnly(alice, '503');
  });

  it('keeps the text of a file that the server refuses, to be sent without it', async () => {
    const fake = { name: 'fake.png', mimeType: 'image/png', buffer: Buffer.from('no picture at all') };
    await attach(alice.page, [fake]);
    await messageBox(alice.page).fill('Look at this');
    await messageBox(alice.page).press('Enter');
    await alice.page.getByRole('button', { name: 'Not sent: The file is called .png' }).click();
    await alice.page.getByRole('menuitem', { name: 'Send the text only' }).click();
    await see(bubble(bob.page, 'Look at this'));
    expect(await bubble(bob.page, 'Look at this').locator('.media').count()).toBe(0);
    expectOnly(alice, '415');
  });

  it('goes on sending after a reload', async () => {
    const gate = await holdUploads(alice.page);
    await attach(alice.page, [wide]);
    await messageBox(alice.page).fill('Over the reload');
    await messageBox(alice.page).press('Enter');
    await see(alice.page.getByRole('progressbar'));
    await gate.caught;
    await alice.page.reload();
    await gate.open();
    await seePicture(bubble(bob.page, 'Over the reload').locator('.media img'));
    await see(tick(alice.page, 'Over the reload', 'Read'));
    expect(await bubble(bob.page, 'Over the reload').count()).toBe(1);
  });

  it('shows what was deleted to nobody', async () => {
    await bubble(alice.page, 'Over the reload').hover();
    await bubble(alice.page, 'Over the reload').getByRole('button', { name: 'Message options' }).click();
    await alice.page.getByRole('menuitem', { name: 'Delete' }).click();
    await alice.page.getByRole('button', { name: 'Delete for everyone' }).click();
    await see(inLog(bob.page, 'This message was deleted'));
    await gone(bubble(bob.page, 'Over the reload'));
  });

  it('puts a picture on a profile, which the other sees, and takes it away again', async () => {
    await alice.page.getByRole('button', { name: 'Your profile' }).click();
    await pickPicture(alice.page, wide);
    await seePicture(alice.page.locator('.drawer .avatar img'));
    await bob.page.getByRole('button', { name: 'Back to the chats' }).click();
    await row(bob.page, 'Alice Adams').click();
    await seePicture(bob.page.locator('.conversation__who .avatar img'));
    await alice.page.getByRole('button', { name: 'Remove the picture' }).click();
    await gone(alice.page.locator('.drawer .avatar img'));
    await gone(alice.page.locator('.side__me .avatar img'));
  });

  it('lets an admin give a group its picture', async () => {
    await alice.page.getByRole('button', { name: 'Menu', exact: true }).click();
    await alice.page.getByRole('menuitem', { name: 'New group' }).click();
    await alice.page.getByLabel('Group name').fill('Trip');
    await alice.page.getByRole('dialog').getByText('Bob Brown').click();
    await alice.page.getByRole('button', { name: 'Create group' }).click();
    await see(title(alice.page, 'Trip'));
    await alice.page.locator('.conversation__who').click();
    await pickPicture(alice.page, photo);
    await see(inLog(alice.page, 'You changed the picture'));
    await bob.page.getByRole('button', { name: 'Back to the chats' }).click();
    await seePicture(row(bob.page, 'Trip').locator('.avatar img'));
    await row(bob.page, 'Trip').click();
    await bob.page.locator('.conversation__who').click();
    await seePicture(bob.page.locator('.drawer .avatar--big img'));
    expect(await bob.page.getByRole('button', { name: 'Change the picture' }).count()).toBe(0);
  });

  it('gets fresh addresses when those of the messages are over', async () => {
    await bob.page.keyboard.press('Escape');
    await bob.page.getByRole('button', { name: 'Back to the chats' }).click();
    await row(bob.page, 'Alice Adams').click();
    await see(bubble(bob.page, 'Through the crowd'));
    clock.advance(3 * 3_600_000);
    await bubble(bob.page, 'Through the crowd').getByRole('button', { name: 'Open the photo' }).click();
    const viewer = bob.page.getByRole('dialog', { name: 'Viewer' });
    await seePicture(viewer.locator('img'));
    expectOnly(bob, '401');
    expectOnly(alice, '401'); // Her token ended too.
  });
});

/** Changes the picture that a drawer shows. */
async function pickPicture(page: Page, file: TestFile): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Change the picture' }).click();
  await (await chooser).setFiles([file]);
}

/** Holds every upload of a page back until it is opened, or the page went away. */
async function holdUploads(page: Page) {
  const held: Route[] = [];
  let onCaught: () => void = () => undefined;
  const caught = new Promise<void>((resolve) => {
    onCaught = resolve;
  });
  const hold = (route: Route) => {
    held.push(route);
    onCaught();
  };
  await page.route('**/api/media', hold);
  return {
    caught,
    async open() {
      await page.unroute('**/api/media', hold);
      for (const route of held) await route.continue().catch(() => undefined);
    },
  };
}

/** Waits until a film has moved. */
async function played(video: Locator): Promise<void> {
  await see(video);
  const handle = await video.elementHandle();
  await video
    .page()
    .waitForFunction(
      (element) => Number((element as { currentTime?: number } | null)?.currentTime) > 0,
      handle,
    );
}

/** The browser itself tells of answers that a test provoked; nothing else may be there. */
function expectOnly(visitor: Visitor, status: string): void {
  for (const complaint of visitor.complaints.splice(0)) expect(complaint).toContain(status);
}
