import type { Actions } from './actions.js';
import type { Calls } from './calls/calls.js';
import type { Contacts } from './contact-actions.js';
import type { Player } from './lib/player.js';
import type { Previews } from './lib/previews.js';
import type { Recorded } from './lib/recording.js';
import type { AddressRenewal } from './net/address-renewal.js';
import type { FileOutbox } from './net/file-outbox.js';
import type { Notices } from './net/notices.js';
import type { Outbox } from './net/outbox.js';
import type { People } from './net/people.js';
import type { Receipts } from './net/receipts.js';
import type { Socket } from './net/socket.js';
import type { Stories } from './net/stories.js';
import type { Uploader } from './net/upload.js';
import type { Store } from './state/store.js';
import type { Message, Outgoing } from './types';
import type { Composer } from './views/composer.js';
import type { Panel } from './views/drawer.js';
import type { Picked } from './views/tray.js';

/** What the views may use and call; `app.js` makes it. */
export interface App {
  store: Store;
  socket: Socket;
  actions: Actions;
  calls: Calls;
  contacts: Contacts;
  notices: Notices;
  people: People;
  outbox: Outbox;
  receipts: Receipts;
  stories: Stories;
  uploader: Uploader;
  /** Messages whose files are on their way. */
  files: FileOutbox;
  previews: Previews;
  renewal: AddressRenewal;
  player: Player;
  readonly conversation: ConversationView;
  /** Runs an action; what goes wrong is told to the person and answered by undefined. `done` is said when it went well. */
  guard<T>(task: Promise<T>, done?: string): Promise<T | undefined>;
  send(chatId: string, text: string, replyTo?: Message['replyTo']): void;
  /** One message for each file; the text is the caption of the first, or a message before them if that has its own. */
  sendFiles(chatId: string, picked: Picked[], text: string, replyTo?: Message['replyTo']): Promise<void>;
  sendVoice(chatId: string, recorded: Recorded, replyTo?: Message['replyTo']): void;
  setOwnPicture(file: File): Promise<void>;
  /** For admins. */
  setGroupPicture(chatId: string, file: File): Promise<void>;
  /** Stops a file on its way; its text goes back to where it was written. */
  cancelUpload(entry: Outgoing): void;
  /** Opens a message's chat and scrolls to it. */
  jumpTo(message: Message): Promise<void>;
  /** Takes the last message of one's own back into the composer, while it may be edited. */
  editLast(chatId: string): void;
  openPrivate(userId: string): Promise<void>;
  openChat(chatId: string): void;
  closeChat(): void;
  openInfo(chatId: string): void;
  openSearch(chatId: string): void;
  openProfile(): void;
  /** Shows a panel beside the chat. */
  openPanel(panel: Panel): void;
  closeDrawer(): void;
  signOut(): Promise<void>;
  /** Draws the list again, for what is not in the store (the search field). */
  renderList(): void;
}

export interface ConversationView {
  element: HTMLElement;
  composer: Composer;
  open(chatId: string | null): void;
  render(): void;
  toEnd(): void;
  showProgress(tempId: string, fraction: number): void;
  /** Loads back to a message of the open chat and shows it. */
  jumpTo(target: { id: string }): Promise<void>;
}
