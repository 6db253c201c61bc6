/** Recording a voice message: takes the place of the text box while it runs. */
import { h, setText } from '../lib/dom.js';
import { clockText } from '../lib/files.js';
import { canRecord, startRecording } from '../lib/recording.js';
import { waveform } from './audio.js';
import { iconButton, toast } from './overlay.js';

/** So many of the last samples are shown while one speaks. */
const SHOWN = 48;
/** Less is a slip of the finger. */
const SHORTEST_MS = 500;

/** @param {{ onStart: () => void, onEnd: () => void, onRecorded: (recorded: import('../lib/recording.js').Recorded) => void }} options */
export function createRecorder({ onStart, onEnd, onRecorded }) {
  /** @type {import('../lib/recording.js').Recording | null} */
  let recording = null;
  let isAsking = false;
  /** Grows with each start, so that a microphone that comes after the chat was left is let go. */
  let attempt = 0;

  const time = h('span', { class: 'recorder__time', role: 'timer', 'aria-label': 'Recorded' }, '0:00');
  const wave = h('span', { class: 'recorder__wave' });
  const send = iconButton('send', 'Send voice message', () => void finish(), {
    class: 'icon-button icon-button--send',
  });
  const element = h(
    'div',
    { class: 'recorder', role: 'group', 'aria-label': 'Recording a voice message', hidden: true },
    iconButton('trash', 'Discard the recording', cancel),
    h('span', { class: 'recorder__dot' }),
    time,
    wave,
    send,
  );
  const button = iconButton('mic', 'Record a voice message', () => void start(), {
    class: 'icon-button icon-button--send',
  });

  async function start() {
    if (recording || isAsking) return;
    isAsking = true;
    attempt += 1;
    const own = attempt;
    const started = await startRecording(show).catch(onRefused);
    isAsking = false;
    if (!started) return;
    if (own !== attempt) return started.cancel();
    recording = started;
    show([]);
    element.hidden = false;
    onStart();
    send.focus();
  }

  /** @param {number[]} loudness */
  function show(loudness) {
    setText(time, clockText(recording?.elapsedMs()));
    const last = loudness.slice(-SHOWN);
    wave.replaceChildren(waveform([...Array(SHOWN - last.length).fill(0), ...last]));
  }

  async function finish() {
    const current = recording;
    if (!current) return;
    close();
    const recorded = await current.finish();
    if (recorded.durationMs < SHORTEST_MS) toast('That was too short to be a message.');
    else onRecorded(recorded);
  }

  function cancel() {
    attempt += 1;
    recording?.cancel();
    if (recording) close();
  }

  function close() {
    recording = null;
    element.hidden = true;
    onEnd();
  }

  element.addEventListener('keydown', (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    cancel();
  });

  return { element, button, cancel, isPossible: canRecord(), isRunning: () => recording !== null };
}

/** @param {any} error */
function onRefused(error) {
  const isForbidden = error?.name === 'NotAllowedError';
  toast(
    isForbidden
      ? 'The microphone is not allowed here. Allow it in the settings of your browser.'
      : 'No microphone was found.',
  );
  return null;
}
