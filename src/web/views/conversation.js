/** The right side: one chat with its header, its messages and the composer. */
import { fill, h, reconcile, setText } from '../lib/dom.js';
import { lastSeen } from '../lib/time.js';
import { errorText, typingText } from '../lib/words.js';
import { conversationRows, findUnreadLine } from '../state/rows.js';
import * as select from '../state/selectors.js';
import { acceptDrops } from './attach.js';
import { avatar } from './avatar.js';
import { createBlockNote } from './block-note.js';
import { createRow, rowVersion } from './bubble.js';
import { callChat } from './call-views.js';
import { openChatMenu } from './chat-menu.js';
import { createComposer } from './composer.js';
import { paintProgress } from './outgoing.js';
import { iconButton } from './overlay.js';
import { createScroller } from './scroller.js';

const RETRY_MS = 3000;

/** @param {import('../page').App} app @returns {import('../page').ConversationView} */
export function createConversation(app) {
  const { state } = app.store;
  /** @type {string | null} */
  let chatId = null;
  /** @type {{ seq: number, count: number } | null} */
  let unreadLine = null;
  let readAtOpen = 0;
  /** The message a search or a quote led to. @type {string | null} */
  let marked = null;
  /** The page of history being fetched now. @type {Promise<void> | null} */
  let loading = null;
  let failure = '';
  let failedAt = 0;
  /** Nothing counts as read before the view stands where the person starts reading. */
  let isSettled = false;

  const header = conversationHeader(app);
  const rows = h('div', {
    class: 'messages__rows',
    role: 'log',
    'aria-label': 'Messages',
    'aria-live': 'off',
  });
  const status = h('p', { class: 'messages__status', role: 'status' });
  const scroller = createScroller({
    content: [status, rows],
    onTop: () => void loadOlder(),
    onEnd: markRead,
  });
  const composer = createComposer(app);
  const blockNote = createBlockNote(app);
  const element = h(
    'section',
    { class: 'conversation', 'aria-label': 'Conversation', hidden: true },
    header.element,
    scroller.element,
    composer.element,
    blockNote.element,
  );

  acceptDrops(element, composer.addFiles);

  /** @param {string | null} id */
  function open(id) {
    if (id === chatId) return;
    if (chatId) app.socket.hint('leave_chat', { chatId });
    Object.assign(scroller, { isPinned: true });
    [chatId, unreadLine, marked, failure, failedAt, loading, isSettled] = [
      id,
      null,
      null,
      '',
      0,
      null,
      false,
    ];
    readAtOpen = id ? readSeqOf(state, id) : 0;
    composer.open(id);
    render();
    if (id) void begin(id);
  }

  /** @param {string} id */
  async function begin(id) {
    app.socket.hint('join_chat', { chatId: id });
    const chat = state.chats.get(id);
    if (chat && chat.members.length < chat.memberCount) void app.guard(app.actions.loadChat(id));
    const partner = chat && select.partnerId(state, chat);
    if (partner) void app.people.refresh(partner);
    if (!state.timelines.get(id)?.isLoaded) await loadOlder();
    if (chatId !== id) return;
    unreadLine = findUnreadLine(state, id, readAtOpen);
    render();
    isSettled = true;
    scroller.settle(unreadLine && rows.querySelector('.unread-line'));
    composer.focus();
  }

  /** One page more; callers share the one on its way. After a failure the next one waits a little. */
  function loadOlder() {
    const timeline = state.timelines.get(chatId ?? '');
    const isAll = timeline?.isLoaded && timeline.olderCursor === null;
    if (chatId && !isAll && Date.now() - failedAt > RETRY_MS) loading ??= fetchPage(chatId);
    return loading ?? Promise.resolve();
  }

  /** @param {string} id */
  async function fetchPage(id) {
    setText(status, 'Loading messages…');
    const problem = await app.actions.loadHistory(id).then(() => '', errorText);
    if (chatId !== id) return;
    [failure, loading, failedAt] = [problem, null, problem ? Date.now() : 0];
    render();
  }

  function render() {
    const chat = chatId ? state.chats.get(chatId) : undefined;
    element.hidden = !chat;
    if (!chat) return;
    const timeline = state.timelines.get(chat.id);
    if (!timeline?.isLoaded && !loading) void loadOlder();
    header.render(chat);
    composer.element.hidden = select.isBlocked(state, chat);
    blockNote.render(chat);
    app.people.need(peopleIn(chat, timeline));
    setText(status, failure || statusText(timeline, loading !== null));
    scroller.keep(() =>
      reconcile(rows, conversationRows(state, chat.id, unreadLine), {
        key: (row) => row.key,
        version: (row) => rowVersion(app, row, marked),
        create: (row) => createRow(app, row, { composer, marked }),
      }),
    );
    scroller.setWaiting(select.unreadOf(state, chat.id));
  }

  /** The end is in view; it counts as read only while the person can really see it. */
  function markRead() {
    const isSeen = isSettled && document.visibilityState === 'visible' && document.hasFocus();
    if (chatId && isSeen) app.receipts.noteRead(chatId);
  }

  addEventListener('focus', () => scroller.isAtEnd() && markRead());
  document.addEventListener('visibilitychange', () => scroller.isAtEnd() && markRead());

  return {
    element,
    open,
    render,
    composer,
    /** @param {string} tempId @param {number} fraction */
    showProgress(tempId, fraction) {
      paintProgress(rows.querySelector(`[data-id="${CSS.escape(tempId)}"] .progress`), fraction);
    },
    toEnd() {
      unreadLine = null;
      scroller.toEnd();
    },
    /** Loads back to a message and shows it. @param {import('../types').Message | { id: string, seq?: number }} target */
    async jumpTo(target) {
      const id = chatId;
      for (let page = 0; page < 40 && id === chatId && id; page += 1) {
        const timeline = state.timelines.get(id);
        const isShown =
          timeline?.isLoaded &&
          timeline.byId.has(target.id) &&
          (timeline.byId.get(target.id)?.seq ?? 0) >= timeline.fromSeq;
        if (isShown || timeline?.olderCursor === null) break;
        await loadOlder();
        if (failure) break;
      }
      marked = target.id;
      render();
      scroller.show(rows.querySelector(`[data-id="${CSS.escape(target.id)}"]`));
    },
  };
}

/** One's own read watermark; all is read where nothing counts as unread. @param {import('../types').State} state @param {string} chatId */
function readSeqOf(state, chatId) {
  if (select.unreadOf(state, chatId) === 0) return Number.POSITIVE_INFINITY;
  const own = state.watermarks.get(chatId)?.get(state.me?.id ?? '');
  // Sync told the watermarks of all chats; one that came later is new from its beginning.
  return own?.readSeq ?? 0;
}

/** @param {import('../types').Timeline | undefined} timeline @param {boolean} isLoading */
function statusText(timeline, isLoading) {
  if (isLoading || !timeline?.isLoaded) return 'Loading messages…';
  if (timeline.olderCursor !== null) return '';
  return timeline.sorted.length === 0 ? 'No messages yet. Say hello!' : '';
}

/** @param {import('../types').Chat} chat @param {import('../types').Timeline | undefined} timeline */
function peopleIn(chat, timeline) {
  const ids = chat.members.slice(0, 50).map((member) => member.userId);
  for (const message of timeline?.sorted ?? []) ids.push(message.senderId);
  return new Set(ids);
}

/** @param {import('../page').App} app */
function conversationHeader(app) {
  const { state } = app.store;
  const face = h('span', {});
  const title = h('span', { class: 'conversation__title' });
  const subtitle = h('span', { class: 'conversation__sub' });
  const id = () => state.openChatId ?? '';
  const audio = iconButton('phone', 'Audio call', () => callChat(app, id(), 'audio'));
  const video = iconButton('video', 'Video call', () => callChat(app, id(), 'video'));
  const element = h(
    'header',
    { class: 'conversation__head' },
    iconButton('back', 'Back to the chats', app.closeChat, { class: 'icon-button icon-button--back' }),
    h(
      'button',
      { class: 'conversation__who', type: 'button', on: { click: () => app.openInfo(id()) } },
      face,
      h('span', { class: 'conversation__names' }, title, subtitle),
    ),
    audio,
    video,
    iconButton('search', 'Search in this chat', () => app.openSearch(id()), {
      class: 'icon-button icon-button--wide-only',
    }),
    iconButton('menu', 'Chat options', (event) => openChatMenu(app, id(), event.currentTarget)),
  );
  let faceVersion = '';
  return {
    element,
    /** @param {import('../types').Chat} chat */
    render(chat) {
      const partner = state.users.get(select.partnerId(state, chat) ?? '');
      const name = select.titleOf(state, chat);
      const typing = select.typingIn(state, chat.id);
      audio.hidden = video.hidden = !select.isCallable(state, chat);
      setText(title, name);
      setText(subtitle, typingText(state, chat, typing) || subtitleOf(state, chat, partner));
      subtitle.classList.toggle('is-typing', typing.length > 0);
      const look = {
        id: partner?.id ?? chat.id,
        name,
        avatarUrl: partner?.avatarUrl ?? chat.avatarUrl,
        isGroup: chat.type === 'group',
        isOnline: partner?.online,
      };
      if (faceVersion === JSON.stringify(look)) return;
      faceVersion = JSON.stringify(look);
      fill(face, avatar({ ...look, size: 'small' }));
    },
  };
}

/** @param {import('../types').State} state @param {import('../types').Chat} chat @param {import('../types').User | undefined} partner */
function subtitleOf(state, chat, partner) {
  if (chat.type === 'private')
    return partner?.online ? 'online' : partner?.lastSeenAt ? lastSeen(partner.lastSeenAt) : '';
  const others = chat.members.filter((member) => member.userId !== state.me?.id).slice(0, 11);
  const names = [...others.map((member) => select.nameOf(state, member.userId)), 'You'];
  if (names.includes('Someone')) return `${chat.memberCount} members`;
  return (
    names.join(', ') + (chat.memberCount > names.length ? ` and ${chat.memberCount - names.length} more` : '')
  );
}
