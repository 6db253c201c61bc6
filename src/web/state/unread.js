/**
 * Unread counts. The server's figure holds up to the `seq` it came with; what arrived later is kept as a list of
 * numbers, so that the same message heard twice, or read before it was counted, never makes the badge drift.
 */

/** @param {import('../types').Chat} chat @param {import('../types').Unread | undefined} known @returns {import('../types').Unread} */
export function rebase(chat, known) {
  if (known && known.seq > chat.seq) return known;
  const later = (known?.later ?? []).filter((seq) => seq > chat.seq);
  return { count: chat.unreadCount, seq: chat.seq, later };
}

/** @param {import('../types').Unread} unread @param {number} seq @returns {import('../types').Unread} */
export function countIn(unread, seq) {
  if (seq <= unread.seq || unread.later.includes(seq)) return unread;
  return { ...unread, later: [...unread.later, seq] };
}

/** Everything up to `seq` was read. @param {import('../types').Unread} unread @param {number} seq @returns {import('../types').Unread} */
export function readUpTo(unread, seq) {
  const isPastBase = seq >= unread.seq;
  return {
    count: isPastBase ? 0 : unread.count,
    seq: Math.max(unread.seq, isPastBase ? seq : 0),
    later: unread.later.filter((other) => other > seq),
  };
}

/** @param {import('../types').Unread | undefined} unread */
export function totalOf(unread) {
  return unread ? unread.count + unread.later.length : 0;
}
