/** The client-side example of seed 004 as it stands, in a real browser: cookies by themselves, and the address it names. */
import type { Browser } from 'playwright-core';
import { findChromium, launchChromium, openVisitor } from '../browser/chromium';
import { startTestApp, type TestApp } from '../support/app';
import { CODE, closeRawSockets, freshEmail, join, PASSWORD, rawSocket, roomOf } from './seed-004-client';

/** Where the example expects its server. */
const PAGE = 'http://localhost:4000';

const EXAMPLE = `
// 1. Fetch Rooms & Token
const res = await fetch('/msg/room');
const { rooms, token } = await res.json();

// 2. Connect to WebSocket
const ws = new WebSocket(\`ws://localhost:4000/room/\${rooms[0].id}?token=\${token}\`);

ws.onopen = () => {
  console.log('Connected!');
  // 3. Send Message
  ws.send(JSON.stringify({ content: "Hello!" }));
};

ws.onmessage = (event) => {
  const msg = JSON.parse(event.data);
  if (msg.type === 'NEW_MESSAGE') {
    console.log('New message from others:', msg.data.content);
  }
};
`;

const executablePath = findChromium();
const inBrowser = executablePath ? it : it.skip;

let app: TestApp;
let browser: Browser | undefined;
beforeAll(async () => {
  app = await startTestApp();
  // The server is on another port; that is the one thing which is not as the example has it.
  const { port } = new URL(app.url);
  const args = [`--host-resolver-rules=MAP localhost 127.0.0.1:${port}`];
  if (executablePath) browser = await launchChromium(executablePath, { args });
});
afterAll(async () => {
  closeRawSockets();
  await browser?.close();
  await app.stop();
});

inBrowser(
  'connects, sends a message and hears the answer',
  async () => {
    if (!browser) return;
    // A page of this server, as the example's would be, which may not bring scripts of its own.
    const { page } = await openVisitor(browser, { bypassCSP: true });
    const logged: string[] = [];
    page.on('console', (message) => logged.push(message.text()));
    await page.goto(`${PAGE}/health/live`);
    const post = (path: string, body: object) =>
      page.evaluate(
        async ([at, sent]) => {
          const headers = { 'content-type': 'application/json' };
          const answer = await fetch(at as string, { method: 'POST', headers, body: sent as string });
          return { status: answer.status, user: ((await answer.json()) as { user: { id: string } }).user };
        },
        [path, JSON.stringify(body)],
      );
    const email = freshEmail('ann');
    expect((await post('/auth/register', { email, password: PASSWORD })).status).toBe(201);
    const { user } = await post('/auth/verify-otp', { email, otp: CODE });
    expect(await page.evaluate('document.cookie')).toBe('');

    const ben = await join({ app });
    const roomId = await roomOf(ben, user);
    const his = await rawSocket(app.url, `/room/${roomId}`, { token: ben.accessToken() });
    await page.addScriptTag({ type: 'module', content: EXAMPLE });
    expect(await his.waitFor('NEW_MESSAGE')).toMatchObject({ content: 'Hello!', senderId: user.id });
    expect(logged).toContain('Connected!');
    const answered = page.waitForEvent('console', (message) => message.text().startsWith('New message'));
    his.say({ content: 'Hello yourself' });
    expect((await answered).text()).toBe('New message from others: Hello yourself');

    // The password that this browser gave and proved is the one that counts from now on.
    await post('/auth/logout', {});
    expect((await post('/auth/login', { email, password: PASSWORD })).status).toBe(200);
    const status = page.evaluate("fetch('/msg/room').then((answer) => answer.status)");
    expect(await status).toBe(200);
  },
  30_000,
);
