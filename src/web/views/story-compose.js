/** A new story: words on a colour, or a picture or film, and who may see it. */
import { fill, h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { BACKGROUNDS, DEFAULT, paint } from '../lib/story-look.js';
import { errorText } from '../lib/words.js';
import { openDialog, toast } from './overlay.js';
import { field } from './sign-in.js';
import { createStoryAudience } from './story-audience.js';

const MAX_TEXT = 700;

/** @param {import('../page').App} app */
export async function openStoryCompose(app) {
  const leaving = new AbortController();
  const isPosted = await openDialog('New story', (close) => [composeForm(app, close, leaving.signal)]);
  leaving.abort();
  if (isPosted) toast('Your story is shown for 24 hours.');
}

/** @param {import('../page').App} app @param {(isPosted: boolean) => void} close @param {AbortSignal} signal */
function composeForm(app, close, signal) {
  /** @type {File | null} */
  let file = null;
  let background = DEFAULT;
  const text = h('textarea', {
    class: 'compose__text',
    'aria-label': 'Text of the story',
    placeholder: 'What is new?',
    maxLength: MAX_TEXT,
    rows: 4,
  });
  const preview = h('div', { class: 'compose__preview', hidden: true });
  const caption = h('input', { id: 'story-caption', maxLength: MAX_TEXT, autocomplete: 'off' });
  const captionField = field('Caption', caption);
  const colours = colourRow((value) => {
    background = value;
    paint(text, background);
  });
  const audience = createStoryAudience(app, refresh);
  const error = h('p', { class: 'note', role: 'alert' });
  const progress = h('progress', {
    class: 'compose__progress',
    max: '1',
    hidden: true,
    'aria-label': 'Upload',
  });
  const submit = h('button', { class: 'button button--primary', type: 'submit' }, 'Post');
  const picker = filePicker((picked) => {
    file = picked;
    showFile();
  });

  function showFile() {
    const isFile = file !== null;
    text.hidden = isFile;
    colours.hidden = isFile;
    captionField.hidden = !isFile;
    preview.hidden = !isFile;
    fill(preview, ...(file ? previewOf(file, signal, dropFile) : []));
    refresh();
  }

  function dropFile() {
    file = null;
    showFile();
    text.focus();
  }

  function refresh() {
    const hasContent = file !== null || text.value.trim() !== '';
    submit.disabled = !hasContent || !audience.isComplete();
  }

  async function post() {
    submit.disabled = true;
    error.textContent = '';
    progress.hidden = file === null;
    const { value: privacy } = audience;
    const said = caption.value.trim();
    const story = file
      ? { type: 'image', privacy: privacy(), ...(said && { caption: said }) }
      : { type: 'text', text: text.value.trim(), background, privacy: privacy() };
    const onProgress = (/** @type {number} */ fraction) => {
      progress.value = fraction;
    };
    try {
      await app.stories.post(story, { file, onProgress, signal });
      close(true);
    } catch (problem) {
      progress.hidden = true;
      error.textContent = errorText(problem);
      refresh();
    }
  }

  const form = h(
    'form',
    { class: 'stack compose' },
    text,
    preview,
    colours,
    captionField,
    picker,
    audience.element,
    progress,
    error,
    h('div', { class: 'dialog__actions' }, submit),
  );
  text.addEventListener('input', refresh);
  form.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!submit.disabled) void post();
  });
  paint(text, background);
  showFile();
  return form;
}

/** @param {(value: string) => void} onPick */
function colourRow(onPick) {
  const choices = BACKGROUNDS.map(({ value, label }, index) => {
    const radio = h('input', {
      type: 'radio',
      name: 'background',
      value,
      checked: index === 0,
      'aria-label': label,
    });
    radio.style.backgroundColor = value;
    radio.addEventListener('change', () => onPick(value));
    return radio;
  });
  return h('div', { class: 'compose__colours', role: 'radiogroup', 'aria-label': 'Colour' }, choices);
}

/** @param {(file: File) => void} onPick */
function filePicker(onPick) {
  const input = h('input', {
    class: 'sr-only',
    type: 'file',
    accept: 'image/jpeg,image/png,image/webp,image/gif,image/avif,video/*',
  });
  input.addEventListener('change', () => {
    const [picked] = input.files ?? [];
    if (picked) onPick(picked);
    input.value = '';
  });
  return h('label', { class: 'button compose__pick' }, icon('picture'), 'Photo or video', input);
}

/** @param {File} file @param {AbortSignal} signal @param {() => void} onDrop */
function previewOf(file, signal, onDrop) {
  const url = URL.createObjectURL(file);
  signal.addEventListener('abort', () => URL.revokeObjectURL(url), { once: true });
  const isFilm = file.type.startsWith('video/');
  const media = isFilm
    ? h('video', { class: 'compose__media', src: url, controls: true, playsinline: true })
    : h('img', { class: 'compose__media', src: url, alt: file.name });
  const drop = h('button', { class: 'link', type: 'button', on: { click: onDrop } }, 'Remove');
  return [media, h('div', { class: 'compose__file' }, h('span', {}, file.name), drop)];
}
