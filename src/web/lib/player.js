/**
 * One sound at a time. It plays apart from the page's elements, so that it goes on while bubbles are drawn anew and other chats
 * are opened.
 */

/** @typedef {ReturnType<typeof createPlayer>} Player */
/** @typedef {{ id: string, isPlaying: boolean, position: number, durationMs: number }} Playing `position` is 0 to 1 */

const RATES = [1, 1.5, 2];

/** @param {{ onChange: () => void, renew: (mediaId: string) => Promise<string | null>, onFailed: () => void }} options */
export function createPlayer({ onChange, renew, onFailed }) {
  const audio = new Audio();
  audio.preload = 'auto';
  let id = '';
  let knownMs = 0;
  let isRenewed = false;
  /** Where to begin once the sound is there, 0 to 1. */
  let wanted = 0;

  /** Recordings made by browsers do not say how long they are; the message does. */
  function durationMs() {
    return knownMs || (Number.isFinite(audio.duration) ? audio.duration * 1000 : 0);
  }

  function position() {
    const whole = durationMs();
    if (audio.readyState === 0 || !whole) return wanted;
    return Math.min(1, (audio.currentTime * 1000) / whole);
  }

  /** @param {string} url */
  function load(url) {
    audio.src = url;
    audio.currentTime = 0;
    void audio.play().catch(() => onChange());
  }

  async function recover() {
    if (!id || !audio.getAttribute('src')) return;
    const isFirst = !isRenewed;
    isRenewed = true;
    wanted = position();
    const url = isFirst ? await renew(id).catch(() => null) : null;
    if (url) return load(url);
    stop();
    onFailed();
  }

  function stop() {
    audio.pause();
    audio.removeAttribute('src');
    id = '';
    onChange();
  }

  for (const event of ['play', 'pause', 'timeupdate', 'durationchange'])
    audio.addEventListener(event, onChange);
  audio.addEventListener('error', () => void recover());
  audio.addEventListener('loadedmetadata', () => {
    if (wanted > 0) audio.currentTime = (wanted * durationMs()) / 1000;
    wanted = 0;
  });
  audio.addEventListener('ended', () => {
    audio.currentTime = 0;
    onChange();
  });

  return {
    /** What plays or was paused last. @returns {Playing} */
    state: () => ({
      id,
      isPlaying: !audio.paused && !audio.ended,
      position: position(),
      durationMs: durationMs(),
    }),
    /** Plays, or pauses what plays. @param {{ id: string, url: string, durationMs?: number, from?: number }} sound */
    toggle(sound) {
      if (sound.id === id && !audio.paused) return audio.pause();
      if (sound.id === id) return void audio.play().catch(() => onChange());
      [id, knownMs, isRenewed, wanted] = [sound.id, sound.durationMs ?? 0, false, sound.from ?? 0];
      return load(sound.url);
    },
    /** @param {number} to 0 to 1 */
    seek(to) {
      audio.currentTime = (to * durationMs()) / 1000;
      onChange();
    },
    pause: () => audio.pause(),
    rate: () => audio.playbackRate,
    nextRate() {
      audio.playbackRate = RATES[(RATES.indexOf(audio.playbackRate) + 1) % RATES.length] ?? 1;
      // A new sound would begin at the default.
      audio.defaultPlaybackRate = audio.playbackRate;
      onChange();
    },
    stop,
  };
}
