import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { type Person, signUp } from '../support/client';
import { openVisitor, type Visitor } from './chromium';

/** Keeps the connections and the modules of a page within reach of the test. */
const KEEP_CONNECTIONS = `window.connections = [];
window.loadModule = (path) => import(path);
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(config) {
    super(config);
    window.connections.push(this);
  }
};`;

export interface Caller extends Visitor {
  person: Person;
}

/** Somebody signed in on the page in a browser profile of their own. */
export async function openCaller(
  browser: Browser,
  address: string,
  who: { name?: string; phoneNumber?: string },
  options: BrowserContextOptions = {},
): Promise<Caller> {
  const person = await signUp({ url: new URL(address).origin }, who);
  const visitor = await openVisitor(browser, options);
  const session = JSON.stringify({
    accessToken: person.accessToken,
    refreshToken: person.refreshToken,
    expiresAt: Date.now() + 900_000,
    lifetimeMs: 900_000,
    userId: person.id,
  });
  const { page } = visitor;
  await page.addInitScript(KEEP_CONNECTIONS);
  await page.addInitScript(`localStorage.setItem('parley.session', ${JSON.stringify(session)});
    localStorage.setItem('parley.device', ${JSON.stringify(person.deviceId)});`);
  await page.goto(address);
  await see(page.getByRole('heading', { name: 'Chats' }));
  return { ...visitor, person };
}

export function see(locator: Locator): Promise<void> {
  return locator.waitFor({ state: 'visible' });
}

export function gone(locator: Locator): Promise<void> {
  return locator.waitFor({ state: 'hidden' });
}

export function button(page: Page, name: string): Locator {
  return page.getByRole('button', { name, exact: true });
}

export function ring(page: Page): Locator {
  return page.getByRole('alertdialog', { name: 'Incoming call' });
}

/** The call the page is in. */
export function callOf(page: Page): Locator {
  return page.getByRole('region', { name: 'Call', exact: true });
}

export async function openChat(page: Page, name: string): Promise<void> {
  await page.locator('.chat-row__main', { has: page.getByText(name, { exact: true }) }).click();
  await see(page.locator('.conversation__title', { hasText: name }));
}

/** They hear each other: the time runs. */
export function talking(page: Page): Promise<void> {
  return see(callOf(page).getByText(/^\d+:\d\d$/));
}

export async function openMenuEntry(page: Page, name: string): Promise<void> {
  await button(page, 'Menu').click();
  await page.getByRole('menuitem', { name }).click();
}

/** As much of a page with calls as the tests look at. */
interface PageWithCalls {
  connections: Array<{
    connectionState: string;
    getStats(): Promise<Map<string, Record<string, unknown>>>;
  }>;
  requestAnimationFrame(run: () => void): void;
  loadModule(path: string): Promise<{ createPeer(options: object): PeerEnd }>;
  navigator: {
    mediaDevices: { getUserMedia(wanted: object): Promise<{ getTracks(): Array<{ stop(): void }> }> };
  };
}

/** What `src/web/calls/peer.js` makes. */
interface PeerEnd {
  receive(signal: unknown): Promise<void>;
  connectionState(): string;
  hasVideo(): boolean;
  close(): void;
}

/** Waits until bytes of this kind have come in and gone out on every open connection of the page. */
export async function untilFlows(page: Page, kind: 'audio' | 'video'): Promise<void> {
  await page.evaluate(async (wanted) => {
    const { connections, requestAnimationFrame } = globalThis as unknown as PageWithCalls;
    const has = (report: Map<string, Record<string, unknown>>, type: string, bytes: string) =>
      [...report.values()].some(
        (entry) => entry.type === type && entry.kind === wanted && Number(entry[bytes]) > 1000,
      );
    const isFlowing = async () => {
      const open = connections.filter(({ connectionState }) => connectionState !== 'closed');
      const reports = await Promise.all(open.map((connection) => connection.getStats()));
      const flowing = reports.filter(
        (report) => has(report, 'inbound-rtp', 'bytesReceived') && has(report, 'outbound-rtp', 'bytesSent'),
      );
      return open.length > 0 && flowing.length === open.length;
    };
    // A predicate that waits is more than `waitForFunction` takes.
    while (!(await isFlowing())) await new Promise<void>((resolve) => requestAnimationFrame(resolve));
  }, kind);
}

/**
 * The kinds of the local candidates that the page's connections use. The pair a transport has chosen is asked for, not which pairs
 * have succeeded: a pair in use is briefly "in progress" again whenever the browser checks that the other side still consents.
 */
export async function candidateTypes(page: Page): Promise<unknown[]> {
  return page.evaluate(async () => {
    const { connections, requestAnimationFrame } = globalThis as unknown as PageWithCalls;
    const inUse = async (connection: PageWithCalls['connections'][number]) => {
      for (;;) {
        const report = await connection.getStats();
        const transport = [...report.values()].find(({ type }) => type === 'transport');
        const pair = report.get(String(transport?.selectedCandidatePairId));
        const local = report.get(String(pair?.localCandidateId));
        if (local) return local.candidateType;
        await new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));
      }
    };
    return Promise.all(connections.map(inUse));
  });
}

/**
 * Joins two ends of the page's own kind of connection, both of which begin with an offer, and waits until each shows the other's
 * picture.
 */
export async function crossOffers(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { loadModule, navigator, requestAnimationFrame } = globalThis as unknown as PageWithCalls;
    const { createPeer } = await loadModule('/web/calls/peer.js');
    const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    const ends: PeerEnd[] = [];
    const makeEnd = (own: number, other: number) =>
      createPeer({
        config: {},
        isPolite: own === 0,
        isOfferer: true,
        tracks: () => media.getTracks(),
        send: (signal: object) => void ends[other]?.receive(JSON.parse(JSON.stringify(signal))),
        onChange: () => undefined,
      });
    ends.push(makeEnd(0, 1), makeEnd(1, 0));
    const isShown = (end: PeerEnd) => end.connectionState() === 'connected' && end.hasVideo();
    while (!ends.every(isShown)) await new Promise<void>((resolve) => requestAnimationFrame(resolve));
    for (const end of ends) end.close();
    for (const track of media.getTracks()) track.stop();
  });
}
