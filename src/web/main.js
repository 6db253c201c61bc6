/** Entry of the page: signing in, then the name of somebody new, then the chats. */
import { createApp } from './app.js';
import { fill, h } from './lib/dom.js';
import { errorText } from './lib/words.js';
import { createSession } from './net/session.js';
import { takeInvite } from './router.js';
import { confirmJoin } from './views/new-chat.js';
import { createProfileStep, createSignIn } from './views/sign-in.js';

const root = /** @type {HTMLElement} */ (document.getElementById('root'));
let invite = takeInvite();
/** @type {ReturnType<typeof createApp> | null} */
let app = null;

const session = createSession({
  onRefreshed: (token) => app?.socket.authenticate(token),
  onEnded: () => showSignIn('You were signed out. Please sign in again.'),
});

function showSignIn(notice = '') {
  app?.stop();
  app = null;
  for (const overlay of document.querySelectorAll('dialog, .menu')) overlay.remove();
  fill(root, createSignIn({ deviceId: session.deviceId(), notice, onSignedIn }));
}

/** @param {any} login */
function onSignedIn(login) {
  session.save(login);
  void showApp();
}

async function showApp() {
  session.schedule();
  const current = createApp({ session, onSignedOut: () => showSignIn() });
  app = current;
  try {
    await current.actions.loadProfile();
    if (!current.store.state.me?.name) return showProfileStep(current);
    fill(root, current.element);
    await current.start();
    if (invite) void confirmJoin(current.app, invite);
    invite = null;
  } catch (error) {
    if (session.isSignedIn()) showFailure(error);
  }
}

/** @param {ReturnType<typeof createApp>} current */
function showProfileStep(current) {
  /** @param {{ name: string, bio?: string }} fields */
  async function onSave(fields) {
    await current.actions.completeProfile(fields);
    await showApp();
  }
  fill(root, createProfileStep({ onSave }));
}

/** @param {unknown} error */
function showFailure(error) {
  const again = h(
    'button',
    { class: 'button button--primary', type: 'button', on: { click: () => void showApp() } },
    'Try again',
  );
  fill(
    root,
    h(
      'main',
      { class: 'welcome' },
      h('div', { class: 'card', role: 'alert' }, h('p', {}, errorText(error)), again),
    ),
  );
  addEventListener('online', () => void showApp(), { once: true });
}

// Another tab signed out or in.
addEventListener('storage', (event) => {
  if (event.key !== 'parley.session') return;
  if (event.newValue === null) showSignIn();
  else if (app === null) void showApp();
});

if (session.isSignedIn()) void showApp();
else showSignIn();
