import { callListPanel } from './call-list.js';
import { contactsPanel } from './contacts.js';
import { openNewGroup } from './new-chat.js';
import { ask, openMenu } from './overlay.js';
import { privacyPanel } from './privacy.js';
import { openStarred } from './starred.js';

/** @param {import('../page').App} app @param {HTMLElement} anchor */
export function openMainMenu(app, anchor) {
  openMenu({
    anchor,
    label: 'Menu',
    items: [
      { label: 'New group', icon: 'group', run: () => void openNewGroup(app) },
      { label: 'Calls', icon: 'phone', run: () => app.openPanel(callListPanel(app)) },
      { label: 'Starred messages', icon: 'star', run: () => void openStarred(app) },
      { label: 'Contacts', icon: 'person', run: () => app.openPanel(contactsPanel(app)) },
      { label: 'Profile', icon: 'edit', run: app.openProfile },
      { label: 'Privacy', icon: 'settings', run: () => app.openPanel(privacyPanel(app)) },
      { label: 'Sign out', icon: 'exit', isDanger: true, run: () => void confirmSignOut(app) },
    ],
  });
}

/** @param {import('../page').App} app */
async function confirmSignOut(app) {
  const text = 'Your chats stay on the server. You can sign in again at any time.';
  if (await ask('Sign out of this browser?', text, [{ label: 'Sign out', value: true }])) await app.signOut();
}
