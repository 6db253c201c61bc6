/** One recording from the microphone, with how loud it was. */

/** In the order of preference; Safari records the second only. */
const FORMATS = [
  { type: 'audio/webm;codecs=opus', ending: 'webm' },
  { type: 'audio/mp4', ending: 'm4a' },
  { type: 'audio/ogg;codecs=opus', ending: 'ogg' },
];
const SAMPLE_MS = 100;
const BITS_PER_SECOND = 32_000;
const STEPS = 64;
const LONGEST_MS = 15 * 60_000;

/** @typedef {Awaited<ReturnType<typeof startRecording>>} Recording */
/** @typedef {{ file: File, durationMs: number, waveform: number[] }} Recorded */

/** Pages of plain http get no microphone. */
export function canRecord() {
  return Boolean(navigator.mediaDevices?.getUserMedia) && typeof MediaRecorder !== 'undefined';
}

/**
 * Asks for the microphone and begins.
 * @param {(loudness: number[]) => void} onSample hears all samples so far, ten a second, each 0 to 100
 * @throws {DOMException} when the person or the device has none to give
 */
export async function startRecording(onSample) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const format = FORMATS.find(({ type }) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, {
    audioBitsPerSecond: BITS_PER_SECOND,
    ...(format && { mimeType: format.type }),
  });
  const meter = createMeter(stream);
  /** @type {Blob[]} */
  const parts = [];
  /** @type {number[]} */
  const loudness = [];
  const startedAt = performance.now();
  let endedAt = 0;
  const elapsedMs = () => Math.round((endedAt || performance.now()) - startedAt);
  const timer = setInterval(() => {
    loudness.push(meter.peak());
    onSample(loudness);
    if (elapsedMs() >= LONGEST_MS) end();
  }, SAMPLE_MS);
  const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve, { once: true }));
  recorder.addEventListener('dataavailable', ({ data }) => void (data.size > 0 && parts.push(data)));
  // A microphone that was pulled out ends the recording, and what was said so far can be sent.
  stream.getAudioTracks()[0]?.addEventListener('ended', end);
  recorder.start(1000);

  function end() {
    if (endedAt) return;
    endedAt = performance.now();
    clearInterval(timer);
    if (recorder.state !== 'inactive') recorder.stop();
    for (const track of stream.getTracks()) track.stop();
    meter.close();
  }

  return {
    elapsedMs,
    cancel: end,
    /** @returns {Promise<Recorded>} */
    async finish() {
      end();
      await stopped;
      const type = (recorder.mimeType || format?.type || 'audio/webm').split(';')[0] ?? '';
      const file = new File(parts, `Voice message.${format?.ending ?? 'webm'}`, { type });
      return { file, durationMs: elapsedMs(), waveform: relative(loudness) };
    },
  };
}

/** @param {MediaStream} stream */
function createMeter(stream) {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Uint8Array(analyser.fftSize);
  return {
    /** The loudest of the last moment, 0 to 100. */
    peak() {
      analyser.getByteTimeDomainData(samples);
      const highest = samples.reduce((top, sample) => Math.max(top, Math.abs(sample - 128)), 0);
      return Math.round((highest * 100) / 128);
    },
    close: () => void context.close(),
  };
}

/** As the server tells it: 64 steps of which the loudest is 100. @param {number[]} loudness */
function relative(loudness) {
  const top = loudness.reduce((highest, value) => Math.max(highest, value), 1);
  return Array.from({ length: STEPS }, (_, step) => {
    const value = loudness[Math.floor((step * loudness.length) / STEPS)] ?? 0;
    return Math.round((value * 100) / top);
  });
}
