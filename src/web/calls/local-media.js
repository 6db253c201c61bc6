/** One's own microphone and camera, for the time of a call. */
import { ApiError } from '../net/http.js';

const PICTURE = { width: { ideal: 1280 }, height: { ideal: 720 }, facingMode: 'user' };

/** @typedef {Awaited<ReturnType<typeof openMedia>>} LocalMedia */

/**
 * Opens the microphone, and the camera where one is wanted and there is one.
 * @param {boolean} withVideo
 * @throws {ApiError} with words for the person when there is no microphone to use
 */
export async function openMedia(withVideo) {
  const microphone = await open({ audio: true });
  const camera = withVideo ? await open({ video: PICTURE }).catch(() => null) : null;
  const [sound] = microphone.getAudioTracks();
  let picture = camera?.getVideoTracks()[0] ?? null;
  return {
    isMuted: () => !sound?.enabled,
    picture: () => picture,
    tracks: () => /** @type {MediaStreamTrack[]} */ ([sound, picture].filter(Boolean)),
    /** @param {boolean} isMuted */
    setMuted(isMuted) {
      if (sound) sound.enabled = !isMuted;
    },
    /** Turns the camera on or off and answers its track. @param {boolean} isOn @throws {ApiError} */
    async setCamera(isOn) {
      picture?.stop();
      picture = isOn ? ((await open({ video: PICTURE })).getVideoTracks()[0] ?? null) : null;
      return picture;
    },
    close() {
      sound?.stop();
      picture?.stop();
    },
  };
}

/** @param {MediaStreamConstraints} wanted @returns {Promise<MediaStream>} */
async function open(wanted) {
  const what = wanted.video ? 'camera' : 'microphone';
  // Browsers hide it on plain http pages, other than those of this machine.
  if (!navigator.mediaDevices) throw new ApiError('forbidden', 'Calls need an https address.');
  try {
    return await navigator.mediaDevices.getUserMedia(wanted);
  } catch (error) {
    const isRefused = error instanceof DOMException && error.name === 'NotAllowedError';
    throw new ApiError(
      'forbidden',
      isRefused
        ? `Parley may not use the ${what}. Allow it for this page in your browser.`
        : `No ${what} can be used.`,
    );
  }
}
