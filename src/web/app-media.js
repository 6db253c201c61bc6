/** Everything about files on the page, wired: sending, previews, addresses that ended, sound. */
import { safeUrl } from './lib/media-url.js';
import { createPlayer } from './lib/player.js';
import { createPreviews } from './lib/previews.js';
import { squared } from './lib/square.js';
import { createAddressRenewal } from './net/address-renewal.js';
import { createFileOutbox } from './net/file-outbox.js';
import { createFileShelf } from './net/file-shelf.js';
import { createUploader } from './net/upload.js';
import { catchStrayDrops } from './views/attach.js';
import { paintSounds } from './views/audio.js';
import { toast } from './views/overlay.js';

/**
 * @param {{
 *   session: import('./net/session.js').Session,
 *   api: import('./net/api.js').Api,
 *   store: import('./state/store.js').Store,
 *   socket: import('./net/socket.js').Socket,
 *   outbox: import('./net/outbox.js').Outbox,
 *   app: () => import('./page').App,
 * }} parts `app` is asked for when something happens, as it is made later
 */
export function createMediaParts({ session, api, store, socket, outbox, app }) {
  const uploader = createUploader(session);
  const previews = createPreviews();
  const renewal = createAddressRenewal({ api, store });
  const files = createFileOutbox({
    store,
    socket,
    outbox,
    uploader,
    previews,
    shelf: createFileShelf(() => store.state.me?.id ?? ''),
    onProgress: (tempId, fraction) => app().conversation.showProgress(tempId, fraction),
  });
  const player = createPlayer({
    onChange: () => paintSounds(app()),
    renew: async (mediaId) => safeUrl((await renewal.fresh(mediaId)).url),
    onFailed: () => toast('This sound cannot be played here.'),
  });
  let releaseDrops = () => {};

  /** @type {import('./page').App['sendFiles']} */
  async function sendFiles(chatId, picked, text, replyTo) {
    const [first] = picked;
    const isOwnMessage = text !== '' && Boolean(first?.caption.trim());
    if (isOwnMessage) app().send(chatId, text, replyTo);
    else if (first) first.caption ||= text;
    await Promise.all(picked.map(({ isMeasured }) => isMeasured));
    for (const item of picked) {
      const isQuoting = item === first && !isOwnMessage;
      files.send(chatId, item.file, contentOf(item), isQuoting ? replyTo : null);
      if (item.url) URL.revokeObjectURL(item.url);
    }
    app().conversation.toEnd();
  }

  /** @type {import('./page').App['sendVoice']} */
  function sendVoice(chatId, { file, durationMs, waveform }, replyTo) {
    const { name, size, type: mimeType } = file;
    files.send(chatId, file, { type: 'audio', name, size, mimeType, durationMs, waveform }, replyTo);
    app().conversation.toEnd();
  }

  /** @type {import('./page').App['setOwnPicture']} */
  async function setOwnPicture(file) {
    const sent = { path: '/api/users/upload-avatar', field: 'avatar' };
    const { user } = await uploader.send(await squared(file), sent);
    store.update((state) => {
      state.me = user;
      state.users.set(user.id, user);
    });
  }

  /** @type {import('./page').App['setGroupPicture']} */
  async function setGroupPicture(chatId, file) {
    const { media } = await uploader.send(await squared(file));
    await app().actions.updateGroup(chatId, { avatarUrl: media.url });
  }

  /** @type {import('./page').App['cancelUpload']} */
  function cancelUpload({ tempId, chatId, content }) {
    outbox.discard(tempId);
    if (content.caption) app().conversation.composer.giveBack(chatId, content.caption);
  }

  return {
    /** What the views may use of it. */
    shared: {
      uploader,
      previews,
      renewal,
      files,
      player,
      sendFiles,
      sendVoice,
      cancelUpload,
      setOwnPicture,
      setGroupPicture,
    },
    files,
    /** The outbox must be restored. */
    start() {
      releaseDrops = catchStrayDrops();
      renewal.start();
      void files.restore();
    },
    stop() {
      files.stop();
      player.stop();
      previews.clear();
      renewal.stop();
      releaseDrops();
    },
  };
}

/** @param {import('./views/tray.js').Picked} picked @returns {import('./types').Content} */
function contentOf({ file, kind, facts, caption }) {
  const said = caption.trim();
  return {
    type: kind,
    name: file.name,
    size: file.size,
    mimeType: file.type,
    ...facts,
    ...(said && { caption: said }),
  };
}
