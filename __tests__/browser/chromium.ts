import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** Where Debian, Ubuntu, macOS and others put a Chromium; `CHROMIUM_PATH` names any other. */
const USUAL_PLACES = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** The browser to test with; undefined, and said aloud, on a machine without one. */
export function findChromium(): string | undefined {
  const found = USUAL_PLACES.find((place) => place !== undefined && existsSync(place));
  if (!found) console.warn('No Chromium found (set CHROMIUM_PATH): the chat page is NOT tested in a browser');
  return found;
}

/** Microphone and camera that the browser makes up, and gives to every page without asking. */
const FAKE_MEDIA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

export function launchChromium(
  executablePath: string,
  { fakeMedia = false, args = [] }: { fakeMedia?: boolean; args?: string[] } = {},
): Promise<Browser> {
  const all = ['--no-sandbox', '--disable-gpu', ...(fakeMedia ? FAKE_MEDIA : []), ...args];
  return chromium.launch({ executablePath, args: all });
}

export interface Visitor {
  page: Page;
  /** What the browser complained about: console errors, exceptions, refusals of the Content-Security-Policy. */
  complaints: string[];
}

/** Runs in the page, before anything of it. */
const TELL_REFUSALS = `document.addEventListener('securitypolicyviolation', (event) => {
  console.error('policy refused ' + event.violatedDirective + ' ' + event.blockedURI);
});`;

/** A person with a browser profile of their own. */
export async function openVisitor(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.addInitScript(TELL_REFUSALS);
  return { page, complaints };
}
