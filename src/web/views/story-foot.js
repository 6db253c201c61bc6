/** Below a story: reactions for what others show; for one's own who has seen it, keeping it, deleting it. */
import { fill, h } from '../lib/dom.js';
import { icon } from '../lib/icons.js';
import { QUICK } from './emoji.js';
import { ask, openDialog, toast } from './overlay.js';
import { field } from './sign-in.js';
import { openStoryViews } from './story-views.js';

/** @typedef {import('../types').Story} Story */

/**
 * @param {import('../page').App} app
 * @param {{ pause: (isPaused: boolean) => void, onGone: () => void }} viewer `pause` while something is asked; `onGone` when the story is deleted
 */
export function createStoryFoot(app, { pause, onGone }) {
  const element = h('div', { class: 'story__actions' });
  const seenBy = h('span');
  /** @type {Story | undefined} */
  let shown;

  /** Stands still while something lies over it. @param {() => Promise<unknown>} task */
  async function still(task) {
    pause(true);
    try {
      await task();
    } finally {
      pause(false);
    }
  }

  /** @param {Story} story */
  function show(story) {
    shown = story;
    const isOwn = story.userId === app.store.state.me?.id;
    fill(element, ...(isOwn ? ownActions(story) : reactions(story)));
  }

  /** Somebody may look at one's own story while one does. */
  function refresh() {
    const known = app.store.state.stories.flatMap(({ stories }) => stories);
    const fresh = known.find(({ id }) => id === shown?.id);
    if (!shown || fresh?.viewCount === undefined || fresh.viewCount === shown.viewCount) return;
    shown.viewCount = fresh.viewCount;
    seenBy.textContent = seenText(fresh);
  }

  /** @param {Story} story */
  function reactions(story) {
    return QUICK.map((emoji) =>
      h(
        'button',
        {
          class: 'story__emoji',
          type: 'button',
          'aria-label': `React with ${emoji}`,
          on: { click: () => void react(story, emoji) },
        },
        emoji,
      ),
    );
  }

  /** @param {Story} story @param {string} emoji */
  async function react(story, emoji) {
    await app.guard(app.stories.react(story.id, emoji), `You reacted with ${emoji}`);
  }

  /** @param {Story} story */
  function ownActions(story) {
    seenBy.textContent = seenText(story);
    return [
      action('eye', seenBy, () => openStoryViews(app, story)),
      story.highlight
        ? action('star', 'Let go of it', () => letGo(story))
        : action('star', 'Keep', () => keep(story)),
      action('trash', 'Delete', () => remove(story)),
    ];
  }

  /** @param {string} name @param {string | HTMLElement} label @param {() => Promise<unknown>} run */
  function action(name, label, run) {
    const props = { class: 'story__action', type: 'button', on: { click: () => void still(run) } };
    return h('button', props, icon(name), label);
  }

  /** @param {Story} story */
  async function keep(story) {
    const title = await openDialog('Keep this story', (close) => [titleForm(close)]);
    if (title === undefined) return;
    const isKept = await app.guard(app.stories.keep(story.id, title).then(() => true));
    if (!isKept) return;
    toast('Kept among your highlights.');
    story.highlight = { title };
    show(story);
  }

  /** @param {Story} story */
  async function letGo(story) {
    const isDone = await app.guard(app.stories.letGo(story.id).then(() => true));
    if (!isDone) return;
    toast('It is no highlight any more.');
    story.highlight = null;
    if (Date.parse(story.expiresAt) <= Date.now()) onGone();
    else show(story);
  }

  /** @param {Story} story */
  async function remove(story) {
    const choices = /** @type {const} */ ([{ label: 'Delete story', value: true, kind: 'danger' }]);
    if (!(await ask('Delete this story?', 'It goes for everybody, at once.', [...choices]))) return;
    if (await app.guard(app.stories.remove(story.id).then(() => true))) onGone();
  }

  return { element, show, refresh };
}

/** @param {Story} story */
function seenText({ viewCount = 0 }) {
  return `Seen by ${viewCount}`;
}

/** @param {(title: string) => void} close */
function titleForm(close) {
  const title = h('input', {
    id: 'highlight-title',
    maxLength: 100,
    placeholder: 'Summer',
    autocomplete: 'off',
  });
  const form = h(
    'form',
    { class: 'stack' },
    field('Highlight title', title),
    h(
      'div',
      { class: 'dialog__actions' },
      h('button', { class: 'button button--primary', type: 'submit' }, 'Keep story'),
    ),
  );
  form.addEventListener('submit', (/** @type {Event} */ event) => {
    event.preventDefault();
    close(title.value.trim());
  });
  return form;
}
