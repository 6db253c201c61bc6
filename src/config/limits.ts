/** Fixed limits of the product; units are in the names. What an operator may change is in `env.ts`. */
export const MAX_TEXT_LENGTH = 4096;
export const MAX_NAME_LENGTH = 100;
export const MAX_BIO_LENGTH = 500;
export const MAX_DESCRIPTION_LENGTH = 1000;
export const MAX_URL_LENGTH = 2048;
export const MAX_TEMP_ID_LENGTH = 128;
export const MAX_DEVICE_ID_LENGTH = 128;
export const MAX_EMOJI_LENGTH = 32;
export const MAX_GROUP_MEMBERS = 1024;
export const MAX_DEVICES_PER_USER = 20;
/** Every event goes to all of them, and each stands in the user's document. */
export const MAX_SOCKETS_PER_USER = 50;
export const MAX_FORWARD_CHATS = 20;
export const MAX_SEARCH_LENGTH = 100;

/** In chat lists a group shows its first members only (contract section 4). */
export const MEMBERS_IN_LISTS = 20;

export const PAGE_DEFAULT = 50;
export const PAGE_MAX = 100;
export const SYNC_PAGE_DEFAULT = 500;
export const SYNC_PAGE_MAX = 1000;

export const EDIT_WINDOW_MS = 15 * 60_000;
export const DELETE_FOR_EVERYONE_WINDOW_MS = 48 * 3_600_000;

/** Largest JSON body and largest socket frame, in bytes. */
export const MAX_JSON_BYTES = 100_000;
export const MAX_SOCKET_FRAME_BYTES = 4_000_000;

/** The largest frame of a plain WebSocket: a text of the most characters, each of them escaped. */
export const MAX_PLAIN_FRAME_BYTES = 65_536;

/** What may wait in memory for a client that does not read, before it is cut off. */
export const MAX_SOCKET_BACKLOG_PACKETS = 5000;
export const MAX_SOCKET_BACKLOG_BYTES = 4_000_000;

/** A socket that has not authenticated by then is closed (contract section 3). */
export const SOCKET_AUTH_TIMEOUT_MS = 10_000;
/** A user is reported offline this long after the last socket went, unless one came back (contract section 5: at most 10 s). */
export const OFFLINE_GRACE_MS = 3_000;
/** A typing indication ends by itself when no further `typing_start` comes. */
export const TYPING_TIMEOUT_MS = 8_000;
/** When a watermark moves, at most this many status events go to a sender (contract section 4). */
export const MAX_STATUS_EVENTS = 100;

/** How many phone numbers one person may look up in a day by syncing an address book. */
export const MAX_SYNCED_NUMBERS_PER_DAY = 20_000;
/** Whose contact request was rejected may ask the same person again after this time. */
export const REQUEST_AGAIN_AFTER_MS = 24 * 3_600_000;
/** New contact requests of one person in a day: to everybody together, and to the same person (asked, withdrawn, asked again). */
export const MAX_CONTACT_REQUESTS_PER_DAY = 100;
export const MAX_REQUESTS_TO_ONE_PER_DAY = 3;
/** For so long a missed call is a notification; the history of calls keeps it longer. */
export const MISSED_CALL_NOTICE_MS = 7 * 24 * 3_600_000;
export const MAX_MISSED_CALL_NOTICES = 100;

/** People in a call at once: a mesh, in which each sends to each (contract section 7). */
export const MAX_CALL_JOINED = 8;
/** The largest group that can be rung: every change of a call is told to everybody in it, with everybody in it. */
export const MAX_CALL_PARTICIPANTS = 64;
/** A participant whose device has no socket any more is out of the call after this time (contract section 7). */
export const CALL_LOST_GRACE_MS = 15_000;
/** The largest signal (an SDP with many tracks has about 20 KB), in bytes of JSON, and how deep its JSON may be nested. */
export const MAX_SIGNAL_BYTES = 65_536;
export const MAX_SIGNAL_DEPTH = 8;
export const MAX_CALL_ISSUES = 10;
export const MAX_CALL_ISSUE_LENGTH = 100;

/** New stories of one person in a day, and the stories they may keep as highlights. */
export const MAX_STORIES_PER_DAY = 50;
export const MAX_HIGHLIGHTS = 200;
/** People whom a story may name, left out or alone meant. */
export const MAX_STORY_NAMED = 1000;
export const MAX_STORY_BACKGROUND_LENGTH = 100;
export const MAX_HIGHLIGHT_TITLE_LENGTH = 100;
/** The newest stories that a feed is made of, however many contacts somebody has. */
export const MAX_FEED_STORIES = 2000;

/**
 * For how long what was read from the database may be kept (seed 001, Caching Strategy). What changes is dropped at once, so these only
 * bound how long something unchanged stays.
 */
export const CACHE_PROFILE_MS = 3_600_000;
export const CACHE_CHAT_MS = 3_600_000;
export const CACHE_MESSAGES_MS = 3_600_000;
export const CACHE_CHAT_LIST_MS = 3_600_000;
export const CACHE_CONTACTS_MS = 3_600_000;
export const CACHE_COUNTS_MS = 300_000;
export const CACHE_SEARCH_MS = 600_000;
/** Redis has to answer within this time, or the database is asked. */
export const CACHE_COMMAND_MS = 250;
