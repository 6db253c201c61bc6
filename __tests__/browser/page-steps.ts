/** What people do on the chat page and look for there, shared by the tests in a browser. */
import type { Locator, Page } from 'playwright-core';
import { freshPhone } from '../support/client';

export const DESKTOP = { viewport: { width: 1280, height: 800 } };
export const PHONE_WIDTH = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };

export async function signIn(page: Page, name: string, address: string): Promise<void> {
  await page.goto(address);
  await page.getByLabel('Phone number').fill(freshPhone());
  await page.getByRole('button', { name: 'Send code' }).click();
  await page.getByLabel('6-digit code').fill('123456');
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Continue' }).click();
  await see(page.getByRole('heading', { name: 'Chats' }));
}

export function see(locator: Locator): Promise<void> {
  return locator.waitFor({ state: 'visible' });
}

export function gone(locator: Locator): Promise<void> {
  return locator.waitFor({ state: 'detached' });
}

export function title(page: Page, text: string): Locator {
  return page.locator('.conversation__title', { hasText: text });
}

/** What the conversation says, as opposed to the list beside it. */
export function inLog(page: Page, text: string): Locator {
  return page.getByRole('log').getByText(text, { exact: true });
}

export function row(page: Page, name: string): Locator {
  return page.locator('.chat-row__main', { has: page.getByText(name, { exact: true }) });
}

export function messageBox(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Message', exact: true });
}

export function bubble(page: Page, text: string, exact = false): Locator {
  return page.getByRole('article').filter({ has: page.locator('.bubble__body').getByText(text, { exact }) });
}

export function tick(page: Page, text: string, label: string): Locator {
  return bubble(page, text).getByLabel(label, { exact: true });
}

export async function write(page: Page, text: string): Promise<void> {
  await messageBox(page).fill(text);
  await messageBox(page).press('Enter');
}

export async function startChat(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'New chat' }).click();
  await page.getByLabel('Name, username or phone number').fill(name);
  await page.getByRole('dialog').getByRole('button', { name }).click();
  await see(messageBox(page));
}

export async function openMenu(page: Page, text: string): Promise<void> {
  await bubble(page, text).hover();
  await bubble(page, text).getByRole('button', { name: 'Message options' }).click();
}

/** Cuts the network and waits until the page knows. */
export async function disconnect(page: Page): Promise<void> {
  await page.context().setOffline(true);
  await see(page.getByText('Not connected.'));
}

export interface TestFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** Picks files by the attach button and waits until they stand in the tray. */
export async function attach(page: Page, files: TestFile[], how = 'Photos and videos'): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Attach' }).click();
  await page.getByRole('menuitem', { name: how }).click();
  await (await chooser).setFiles(files);
  await see(page.getByRole('button', { name: `Remove ${files.at(-1)?.name}` }));
}

/** What of a browser the function below uses; the tests themselves are compiled for Node. */
interface PageScope {
  DataTransfer: new () => { items: { add(file: File): void } };
  ClipboardEvent: new (type: string, init: object) => Event;
  DragEvent: new (type: string, init: object) => Event;
}

/** Brings files onto the conversation as a drag from the desktop or the clipboard does. */
export async function bringFiles(page: Page, files: TestFile[], how: 'drop' | 'paste'): Promise<void> {
  const list = files.map(({ name, mimeType, buffer }) => ({
    name,
    mimeType,
    base64: buffer.toString('base64'),
  }));
  const target = how === 'drop' ? page.locator('.conversation') : messageBox(page);
  await target.evaluate(
    (element, given) => {
      const { DataTransfer, ClipboardEvent, DragEvent } = globalThis as unknown as PageScope;
      const data = new DataTransfer();
      for (const { name, mimeType, base64 } of given.list) {
        const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
        data.items.add(new File([bytes], name, { type: mimeType }));
      }
      const init = { bubbles: true, cancelable: true, clipboardData: data, dataTransfer: data };
      const events =
        given.how === 'paste'
          ? [new ClipboardEvent('paste', init)]
          : [new DragEvent('dragenter', init), new DragEvent('drop', init)];
      for (const event of events) element.dispatchEvent(event);
    },
    { how, list },
  );
}

/** Waits until a picture is there, not only its place. */
export async function seePicture(image: Locator): Promise<void> {
  await see(image);
  const handle = await image.elementHandle();
  await image
    .page()
    .waitForFunction(
      (element) => Number((element as { naturalWidth?: number } | null)?.naturalWidth) > 0,
      handle,
    );
}
