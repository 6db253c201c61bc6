/**
 * Stories over the whole page, one after the other, person after person. Bars tell how far it is; a tap at the sides, the arrow keys and
 * the buttons go on and back, holding or the space bar pauses.
 */
import { fill, h } from '../lib/dom.js';
import { listTime } from '../lib/time.js';
import { avatar } from './avatar.js';
import { iconButton } from './overlay.js';
import { createStoryFoot } from './story-foot.js';
import { createSlide } from './story-slide.js';

/** A press of this length holds the story; a shorter one is a tap. */
const HOLD_MS = 250;

/** @typedef {import('../types').Story} Story */
/** @typedef {{ user: import('../types').User, stories: Story[], title?: string }} StoryList */

/**
 * @param {import('../page').App} app @param {StoryList[]} lists people (or highlights) with what they show, at least one
 * @param {{ story?: number }} [start] where to begin in the first list; at what is new, unless told
 */
export function openStoryViewer(app, lists, start = {}) {
  let listAt = 0;
  let storyAt = start.story ?? firstNew(lists[0]);
  /** @type {import('./story-slide.js').Slide | null} */
  let slide = null;
  /** @type {Animation | null} */
  let progress = null;
  /** Why it stands still, if it does. @type {Set<string>} */
  const pauses = new Set();
  let shown = 0;

  const bars = h('div', { class: 'story__bars', 'aria-hidden': 'true' });
  const who = h('div', { class: 'story__who' });
  const stage = h('div', { class: 'story__stage' });
  const caption = h('p', { class: 'story__caption' });
  const foot = createStoryFoot(app, { pause: (isPaused) => hold('foot', isPaused), onGone: next });
  const status = h('p', { class: 'sr-only', role: 'status' });
  const back = sideButton('Previous story', 'back', () => previous());
  const forward = sideButton('Next story', 'forward', () => next());
  const dialog = h(
    'dialog',
    { class: 'story', 'aria-label': 'Stories' },
    h(
      'div',
      { class: 'story__frame' },
      stage,
      back,
      forward,
      h(
        'header',
        { class: 'story__head' },
        bars,
        who,
        iconButton('close', 'Close', () => dialog.close()),
      ),
      h('footer', { class: 'story__foot' }, caption, foot.element),
      status,
    ),
  );

  function show() {
    const list = lists[listAt];
    const story = list?.stories[storyAt];
    if (!list || !story) return dialog.close();
    stopSlide();
    shown += 1;
    drawHead(list, story);
    const current = createSlide(app, story);
    slide = current;
    fill(stage, current.element);
    stage.setAttribute('aria-busy', 'true');
    void run(current, shown);
    if (story.userId !== app.store.state.me?.id) void app.stories.view(story);
  }

  /** @param {StoryList} list @param {Story} story */
  function drawHead({ user, stories, title }, story) {
    const name = user.id === app.store.state.me?.id ? 'My story' : user.name;
    const time = listTime(story.createdAt);
    fill(who, avatar({ ...user, isOnline: false, size: 'small' }));
    who.append(
      h('span', { class: 'story__name' }, name),
      h('span', { class: 'story__time' }, title ? `${title} · ${time}` : time),
    );
    fill(
      bars,
      stories.map((_, index) =>
        h(
          'span',
          { class: `story__bar ${index < storyAt ? 'is-done' : ''}` },
          h('span', { class: 'story__fill' }),
        ),
      ),
    );
    caption.textContent = story.type === 'text' ? '' : [story.text, story.caption].filter(Boolean).join('\n');
    caption.hidden = caption.textContent === '';
    back.hidden = listAt === 0 && storyAt === 0;
    status.textContent = `${name}, story ${storyAt + 1} of ${stories.length}`;
    foot.show(story);
  }

  /** @param {import('./story-slide.js').Slide} current @param {number} turn */
  async function run(current, turn) {
    try {
      const shownMs = await current.ready;
      if (turn !== shown) return;
      stage.setAttribute('aria-busy', 'false');
      const bar = bars.children[storyAt]?.firstElementChild;
      progress =
        bar?.animate([{ transform: 'scaleX(0)' }, { transform: 'scaleX(1)' }], {
          duration: shownMs,
          fill: 'forwards',
        }) ?? null;
      progress?.addEventListener('finish', next);
      apply();
    } catch {
      if (turn !== shown) return;
      stage.setAttribute('aria-busy', 'false');
      // It ended meanwhile, or was taken back.
      app.stories.refreshSoon();
      fill(stage, h('p', { class: 'story__gone' }, 'This story is no longer there.'));
    }
  }

  function stopSlide() {
    progress?.cancel();
    progress = null;
    slide?.pause();
    pauses.delete('hold');
  }

  function apply() {
    const isPaused = pauses.size > 0;
    dialog.classList.toggle('is-paused', isPaused);
    if (isPaused) progress?.pause();
    else progress?.play();
    if (isPaused) slide?.pause();
    else slide?.play();
  }

  /** @param {string} reason @param {boolean} isPaused */
  function hold(reason, isPaused) {
    if (isPaused) pauses.add(reason);
    else pauses.delete(reason);
    apply();
  }

  function next() {
    storyAt += 1;
    if (storyAt >= (lists[listAt]?.stories.length ?? 0)) {
      listAt += 1;
      storyAt = firstNew(lists[listAt]);
    }
    show();
  }

  function previous() {
    if (storyAt > 0) storyAt -= 1;
    else if (listAt > 0) {
      listAt -= 1;
      storyAt = (lists[listAt]?.stories.length ?? 1) - 1;
    }
    show();
  }

  /** A side of the picture: a tap goes, holding pauses. @param {string} label @param {string} look @param {() => void} go */
  function sideButton(label, look, go) {
    let pressedAt = 0;
    const button = h('button', {
      class: `story__side story__side--${look}`,
      type: 'button',
      'aria-label': label,
    });
    button.addEventListener('pointerdown', () => {
      pressedAt = performance.now();
      hold('hold', true);
    });
    for (const event of ['pointerup', 'pointercancel', 'pointerleave'])
      button.addEventListener(event, () => hold('hold', false));
    button.addEventListener('click', (/** @type {MouseEvent} */ event) => {
      const isByPointer = event.detail > 0;
      if (!isByPointer || performance.now() - pressedAt < HOLD_MS) go();
    });
    return button;
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const isTyping = event.target instanceof Element && event.target.closest('input, textarea');
    if (isTyping) return;
    if (event.key === 'ArrowRight') next();
    else if (event.key === 'ArrowLeft') previous();
    else if (event.key === ' ' && event.target === dialog) hold('key', !pauses.has('key'));
    else return;
    event.preventDefault();
  }

  const onVisibility = () => hold('hidden', document.hidden);
  dialog.tabIndex = -1;
  dialog.addEventListener('keydown', onKey);
  document.addEventListener('visibilitychange', onVisibility);
  const stopRefreshing = app.store.subscribe(foot.refresh);
  dialog.addEventListener('close', () => {
    stopSlide();
    stopRefreshing();
    shown += 1;
    app.stories.refreshSoon();
    document.removeEventListener('visibilitychange', onVisibility);
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  dialog.focus({ preventScroll: true });
  show();
}

/** @param {StoryList | undefined} list */
function firstNew(list) {
  const index = list?.stories.findIndex(({ viewed }) => !viewed) ?? -1;
  return Math.max(index, 0);
}
