/** Where a message is written: text, emoji, reply and edit. Each chat keeps its own draft. */
import { fill, h } from '../lib/dom.js';
import { snippet } from '../lib/words.js';
import { nameOf } from '../state/selectors.js';
import { acceptPastes, attachButton } from './attach.js';
import { emojiGrid } from './emoji.js';
import { iconButton, openMenu } from './overlay.js';
import { createRecorder } from './recorder.js';
import { createTray } from './tray.js';
import { createTypingSignal } from './typing-signal.js';

const MAX_LENGTH = 4096;
const MAX_HEIGHT_PX = 160;

/** @typedef {ReturnType<typeof createComposer>} Composer */
/** @typedef {import('../types').Message} Message */

/** @param {import('../page').App} app */
export function createComposer(app) {
  const { state } = app.store;
  /** @type {string | null} */
  let chatId = null;
  /** @type {{ kind: 'reply' | 'edit', message: Message } | null} */
  let mode = null;
  /** @type {Map<string, string>} */
  const drafts = new Map();
  const typing = createTypingSignal(app.socket);

  const tray = createTray({ onChange: onTray, onSubmit: submit });
  const context = h('div', { class: 'composer__context', hidden: true });
  const props = {
    rows: 1,
    placeholder: 'Type a message',
    'aria-label': 'Message',
    maxLength: MAX_LENGTH,
    dir: 'auto',
  };
  const input = h('textarea', props);
  const send = iconButton('send', 'Send', submit, { class: 'icon-button icon-button--send' });
  const recorder = createRecorder({ onStart: onRecorder, onEnd: onRecorder, onRecorded: sendVoice });
  const element = h(
    'form',
    { class: 'composer' },
    context,
    tray.element,
    attachButton(addFiles),
    iconButton('emoji', 'Emoji', (event) => openEmoji(event.currentTarget)),
    input,
    send,
    recorder.button,
    recorder.element,
  );

  /** @param {typeof mode} next */
  function setMode(next) {
    mode = next;
    context.hidden = !next;
    if (next) fill(context, modeText(next), iconButton('close', 'Cancel', cancel));
  }

  /** @param {NonNullable<typeof mode>} current */
  function modeText({ kind, message }) {
    const title = kind === 'edit' ? 'Edit message' : nameOf(state, message.senderId);
    return h(
      'div',
      { class: 'quote' },
      h('span', { class: 'quote__who' }, title),
      h('span', { class: 'quote__text' }, snippet(state, message)),
    );
  }

  function cancel() {
    const isEdit = mode?.kind === 'edit';
    setMode(null);
    if (isEdit) setText('');
    input.focus();
  }

  /** @param {string} text */
  function setText(text) {
    input.value = text;
    grow();
  }

  function grow() {
    input.style.height = 'auto';
    input.style.height = `${Math.min(input.scrollHeight, MAX_HEIGHT_PX)}px`;
    const isEmpty = input.value.trim() === '' && tray.count() === 0;
    const isVoice = isEmpty && recorder.isPossible && mode?.kind !== 'edit';
    send.disabled = isEmpty;
    send.hidden = isVoice;
    recorder.button.hidden = !isVoice;
  }

  function onRecorder() {
    typing.stop();
    element.classList.toggle('is-recording', recorder.isRunning());
    if (!recorder.isRunning()) input.focus();
  }

  /** @param {import('../lib/recording.js').Recorded} recorded */
  function sendVoice(recorded) {
    if (!chatId) return;
    app.sendVoice(chatId, recorded, mode?.kind === 'reply' ? quoteOf(mode.message) : null);
    setMode(null);
  }

  function onTray() {
    const label = tray.count() > 0 ? 'Add a caption' : 'Type a message';
    if (input.placeholder !== label) input.placeholder = label;
    grow();
  }

  /** @type {import('./attach.js').OnFiles} */
  function addFiles(files, options) {
    if (!chatId || recorder.isRunning()) return;
    if (mode?.kind === 'edit') cancel();
    tray.add(files, options);
    input.focus();
  }

  function submit() {
    const text = input.value.trim();
    const isEdit = mode?.kind === 'edit';
    if (!chatId || (text === '' && (isEdit || tray.count() === 0))) return;
    typing.stop();
    const current = mode;
    setText('');
    setMode(null);
    drafts.delete(chatId);
    if (current?.kind === 'edit') void app.guard(app.actions.edit(current.message, text));
    else sendNew(chatId, text, current && quoteOf(current.message));
    input.focus();
  }

  /** The text goes with the first file that has none of its own. @param {string} to @param {string} text @param {Message['replyTo']} replyTo */
  function sendNew(to, text, replyTo) {
    if (tray.count() > 0) void app.sendFiles(to, tray.take(), text, replyTo);
    else app.send(to, text, replyTo);
  }

  /** @param {HTMLElement} anchor */
  function openEmoji(anchor) {
    const close = openMenu({
      anchor,
      label: 'Emoji',
      items: [],
      head: emojiGrid({ label: 'Emoji', onPick: insert }),
    });
    /** @param {string} emoji */
    function insert(emoji) {
      close();
      input.setRangeText(emoji, input.selectionStart, input.selectionEnd, 'end');
      input.dispatchEvent(new Event('input'));
      input.focus();
    }
  }

  function onInput() {
    grow();
    if (chatId && input.value.trim() !== '') typing.touch(chatId);
    else typing.stop();
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    if (event.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
    if (event.key === 'Escape' && mode) {
      event.stopPropagation();
      cancel();
    }
    if (event.key === 'ArrowUp' && input.value === '' && chatId) app.editLast(chatId);
  }

  input.addEventListener('input', onInput);
  input.addEventListener('keydown', onKey);
  input.addEventListener('blur', typing.stop);
  acceptPastes(input, addFiles);
  element.addEventListener('submit', (/** @type {Event} */ event) => event.preventDefault());
  grow();

  return {
    element,
    /** @param {string | null} next */
    open(next) {
      if (chatId && mode?.kind !== 'edit') drafts.set(chatId, input.value);
      typing.stop();
      recorder.cancel();
      setMode(null);
      chatId = next;
      setText(drafts.get(next ?? '') ?? '');
      tray.open(next);
    },
    addFiles,
    /** Puts text back that was not sent after all, unless something else is being written. @param {string} to @param {string} text */
    giveBack(to, text) {
      if (to !== chatId) drafts.set(to, drafts.get(to) || text);
      else if (input.value.trim() === '' && mode?.kind !== 'edit') setText(text);
    },
    /** On a touch screen the keyboard must not jump up by itself. */
    focus: () => matchMedia('(pointer: fine)').matches && input.focus({ preventScroll: true }),
    /** @param {Message} message */
    startReply(message) {
      setMode({ kind: 'reply', message });
      input.focus();
    },
    /** @param {Message} message */
    startEdit(message) {
      setMode({ kind: 'edit', message });
      setText(message.content?.text ?? '');
      input.focus();
    },
  };
}

/** @param {Message} message */
function quoteOf({ id, senderId, content }) {
  return { id, senderId, content };
}
