/** The sound of a ringing call, made by the browser itself: two notes for who is called, one long one for who calls. */

const TUNES = {
  incoming: { notes: [659, 784, 659, 784], noteSeconds: 0.22, everyMs: 2600, volume: 0.12 },
  outgoing: { notes: [425], noteSeconds: 1, everyMs: 4000, volume: 0.05 },
};

/** Makes a player; nothing sounds before the person touched the page, browsers do not allow it. */
export function createRingtone() {
  /** @type {AudioContext | null} */
  let context = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  /** @type {keyof typeof TUNES | null} */
  let playing = null;

  /** @param {(typeof TUNES)['incoming']} tune */
  function ring({ notes, noteSeconds, volume }) {
    if (!context) return;
    const start = context.currentTime + 0.05;
    const gain = context.createGain();
    gain.gain.value = volume;
    gain.connect(context.destination);
    notes.forEach((frequency, index) => {
      if (!context) return;
      const tone = context.createOscillator();
      tone.frequency.value = frequency;
      tone.connect(gain);
      tone.start(start + index * noteSeconds);
      tone.stop(start + (index + 0.85) * noteSeconds);
    });
  }

  function stop() {
    clearInterval(timer);
    void context?.close();
    context = null;
  }

  return {
    /** Plays this tune over and over, or none. @param {keyof typeof TUNES | null} name */
    play(name) {
      if (name === playing) return;
      playing = name;
      stop();
      if (!name || !navigator.userActivation?.hasBeenActive) return;
      const tune = TUNES[name];
      context = new AudioContext();
      ring(tune);
      timer = setInterval(() => ring(tune), tune.everyMs);
    },
  };
}
