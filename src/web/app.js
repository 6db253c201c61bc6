/** The page once somebody is signed in: wires store, network and views, and is what the views call. */
import { createActions } from './actions.js';
import { createMediaParts } from './app-media.js';
import { createCalls } from './calls/calls.js';
import { createContacts } from './contact-actions.js';
import { h, setText } from './lib/dom.js';
import { announcement, errorText } from './lib/words.js';
import { createApi } from './net/api.js';
import { listen } from './net/live.js';
import { createNotices } from './net/notices.js';
import { createOutbox } from './net/outbox.js';
import { createPeople } from './net/people.js';
import { createReceipts } from './net/receipts.js';
import { createSocket } from './net/socket.js';
import { createStories } from './net/stories.js';
import { createSync } from './net/sync.js';
import { chatIdInAddress, createRouter } from './router.js';
import { partnerId, sortedChats, unreadChatCount } from './state/selectors.js';
import { createStore } from './state/store.js';
import { createBanner } from './views/banner.js';
import { createCallViews } from './views/call-views.js';
import { chatInfoPanel } from './views/chat-info.js';
import { createChatList } from './views/chat-list.js';
import { chatSearchPanel } from './views/chat-search.js';
import { createConversation } from './views/conversation.js';
import { createDrawer } from './views/drawer.js';
import { toast } from './views/overlay.js';
import { createPlaceholder } from './views/placeholder.js';
import { profilePanel } from './views/profile.js';

/** Times such as "yesterday" and typing indications that ran out are looked at this often. */
const TICK_MS = 3000;
const TOP_CHATS = 20;

/** @param {{ session: import('./net/session.js').Session, onSignedOut: () => void }} options */
export function createApp({ session, onSignedOut }) {
  const store = createStore();
  const { state } = store;
  const api = createApi(session);
  const socket = createSocket({
    session,
    onConnected,
    onState,
  });
  const actions = createActions({ api, store, socket });
  const people = createPeople({ store, api });
  const outbox = createOutbox({ store, socket });
  const media = createMediaParts({ session, api, store, socket, outbox, app: () => app });
  const receipts = createReceipts({ store, socket });
  const stories = createStories({
    store,
    api,
    socket,
    uploader: media.shared.uploader,
    onReaction: (name, emoji) => toast(`${name} reacted with ${emoji} to your story`),
  });
  const notices = createNotices({ store, api, socket, onChange: () => store.update(() => {}) });
  const contacts = createContacts({ store, api, socket, onChange: onContactsChanged });
  const sync = createSync({ store, socket, onDone: onCaughtUp });
  const router = createRouter(showAddressed);
  const calls = createCalls({ store, api, socket, onChange: () => callViews.render(), say: toast });

  /** @type {import('./page').App} */
  const app = {
    store,
    socket,
    actions,
    calls,
    contacts,
    notices,
    people,
    outbox,
    receipts,
    stories,
    ...media.shared,
    signOut,
    guard,
    send,
    jumpTo,
    editLast,
    openPrivate,
    closeDrawer: () => drawer.close(),
    openChat: router.open,
    closeChat: router.close,
    openProfile: () => drawer.open(profilePanel(app)),
    openPanel: (/** @type {import('./views/drawer.js').Panel} */ panel) => drawer.open(panel),
    openInfo: (/** @type {string} */ chatId) => drawer.open(chatInfoPanel(app, chatId)),
    openSearch: (/** @type {string} */ chatId) => drawer.open(chatSearchPanel(app, chatId)),
    renderList: () => list.render(),
    get conversation() {
      return conversation;
    },
  };

  const drawer = createDrawer();
  const banner = createBanner(app);
  const list = createChatList(app);
  const callViews = createCallViews(app);
  const conversation = createConversation(app);
  const live = h('p', { class: 'sr-only', 'aria-live': 'polite', 'data-testid': 'announcer' });
  const stage = h('main', { class: 'stage' }, createPlaceholder(app), conversation.element);
  const element = h(
    'div',
    { class: 'app' },
    banner.element,
    h('div', { class: 'app__body' }, list.element, stage, drawer.element),
    callViews.element,
    live,
  );
  listen({ store, socket, sync, receipts, onMessage, onOffline });
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let ticker;

  /** Shows what is there already, then connects; sync does the rest. One's own profile must be loaded. */
  async function start() {
    people.restore();
    store.subscribe(render);
    addEventListener('keydown', onKey);
    callViews.start();
    ticker = setInterval(render, TICK_MS);
    outbox.restore();
    media.start();
    await actions.loadChats();
    socket.start();
    router.start();
  }

  function stop() {
    callViews.stop();
    stories.stop();
    notices.stop();
    socket.stop();
    media.stop();
    clearInterval(ticker);
    removeEventListener('keydown', onKey);
    router.stop();
    document.title = 'Parley';
  }

  async function signOut() {
    calls.stop();
    await api.post('/api/auth/logout').catch(() => {});
    people.forget();
    outbox.forget();
    await media.files.forget();
    session.clear();
    onSignedOut();
  }

  /** The feed of one's own changes has the truth about contacts and blocks. */
  function onContactsChanged() {
    sync.schedule();
    notices.schedule();
    store.update(() => {});
  }

  function onConnected() {
    void sync.run();
    void calls.resume();
    void stories.load().catch(() => {});
    notices.schedule();
  }

  /** @param {import('./types').State['connection']} connection */
  function onState(connection) {
    if (connection === 'replaced') calls.stop();
    store.update(() => Object.assign(state, { connection }));
  }

  function onCaughtUp() {
    receipts.noteAllDelivered();
    outbox.flush();
    media.files.run();
    if (state.openChatId) conversation.render();
  }

  /** @param {string | null} chatId */
  function showAddressed(chatId) {
    const isKnown = chatId !== null && state.chats.has(chatId);
    drawer.close();
    const openChatId = isKnown ? chatId : null;
    store.update(() => Object.assign(state, { openChatId }));
    conversation.open(openChatId);
  }

  function render() {
    const open = state.openChatId;
    if (open === null && router.isStarted() && chatIdInAddress() !== null) router.leave();
    element.classList.toggle('has-chat', open !== null);
    list.render();
    conversation.open(open);
    conversation.render();
    drawer.render();
    callViews.render();
    banner.render();
    const unread = unreadChatCount(state);
    document.title = unread > 0 ? `(${unread}) Parley` : 'Parley';
    notices.watch();
    people.need(partnersOnTop(), true);
    people.need(peopleInList());
  }

  /** Those whose presence is seen without scrolling. */
  function partnersOnTop() {
    const chats = sortedChats(state).slice(0, TOP_CHATS);
    return chats.flatMap((chat) => partnerId(state, chat) ?? []);
  }

  function peopleInList() {
    const chats = [...state.chats.values()];
    return chats.flatMap((chat) => {
      const partner = partnerId(state, chat);
      if (partner) return [partner];
      const last = chat.lastMessage;
      const named = /** @type {any} */ (last?.content ?? {});
      return last ? [last.senderId, ...(named.userIds ?? []), ...(named.userId ? [named.userId] : [])] : [];
    });
  }

  /** @param {import('./types').Message} message */
  function onMessage(message) {
    people.need([message.senderId]);
    if (message.chatId === state.openChatId) setText(live, announcement(state, message));
  }

  /** Their last seen is theirs to show or not, so the server is asked. @param {string} userId */
  function onOffline(userId) {
    const chat = state.chats.get(state.openChatId ?? '');
    if (chat && partnerId(state, chat) === userId) void people.refresh(userId);
  }

  /**
   * Runs an action; what goes wrong is told to the person.
   * @template T
   * @param {Promise<T>} task @param {string} [done] said when it went well
   * @returns {Promise<T | undefined>}
   */
  async function guard(task, done) {
    try {
      const result = await task;
      if (done) toast(done);
      return result;
    } catch (error) {
      toast(errorText(error));
      return undefined;
    }
  }

  /** @param {string} chatId @param {string} text @param {import('./types').Message['replyTo']} [replyTo] */
  function send(chatId, text, replyTo) {
    outbox.send(chatId, { type: 'text', text }, replyTo);
    conversation.toEnd();
  }

  /** @param {string} userId */
  async function openPrivate(userId) {
    const chat = await actions.startPrivate(userId);
    router.open(chat.id);
  }

  /** @param {import('./types').Message} message */
  async function jumpTo(message) {
    if (state.openChatId !== message.chatId) router.open(message.chatId);
    if (matchMedia('(max-width: 760px)').matches) drawer.close();
    await guard(conversation.jumpTo(message));
  }

  /** @param {string} chatId */
  function editLast(chatId) {
    const own = state.timelines.get(chatId)?.sorted.findLast((message) => message.senderId === state.me?.id);
    const isFresh = own && Date.now() - Date.parse(own.createdAt) < 15 * 60_000;
    if (own && isFresh && own.content?.type === 'text') conversation.composer.startEdit(own);
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.key !== 'Escape' || event.defaultPrevented || document.querySelector('dialog, .menu')) return;
    if (drawer.isOpen()) drawer.close();
    else if (state.openChatId && !document.activeElement?.closest('.side')) router.close();
  }

  return { app, element, actions, store, socket, start, stop };
}
