/** The messages of one chat as far as they are loaded: each once, in the order of `seq`, in its latest form. */

/** @returns {import('../types').Timeline} */
export function createTimeline() {
  return { byId: new Map(), sorted: [], isLoaded: false, fromSeq: Infinity, olderCursor: null };
}

/**
 * Takes messages in; one with a lower `rev` than the known form is stale and ignored.
 * @param {import('../types').Timeline} timeline
 * @param {import('../types').Message[]} messages
 * @returns {boolean} whether anything changed
 */
export function mergeMessages(timeline, messages) {
  let hasChanged = false;
  for (const message of messages) {
    const known = timeline.byId.get(message.id);
    if (known && known.rev > message.rev) continue;
    timeline.byId.set(message.id, keepBestStatus(known, message));
    hasChanged = true;
  }
  if (hasChanged) sort(timeline);
  return hasChanged;
}

/**
 * What may be shown: below `fromSeq` single messages can be known (an old one that was edited), with gaps between them.
 * @param {import('../types').Timeline | undefined} timeline
 */
export function visibleMessages(timeline) {
  return timeline?.isLoaded ? timeline.sorted.filter((message) => message.seq >= timeline.fromSeq) : [];
}

/** A status never falls back. @param {import('../types').Message | undefined} known @param {import('../types').Message} next */
function keepBestStatus(known, next) {
  if (!known || statusRank(known.status) <= statusRank(next.status)) return next;
  return { ...next, status: known.status };
}

/** @param {import('../types').Status | undefined} status */
export function statusRank(status) {
  return status === 'read' ? 2 : status === 'delivered' ? 1 : 0;
}

/**
 * Changes one known message; unknown ones are left to sync.
 * @param {import('../types').Timeline} timeline
 * @param {string} messageId
 * @param {(message: import('../types').Message) => import('../types').Message} change
 */
export function changeMessage(timeline, messageId, change) {
  const known = timeline.byId.get(messageId);
  if (!known) return false;
  timeline.byId.set(messageId, change(known));
  sort(timeline);
  return true;
}

/** @param {import('../types').Timeline} timeline @param {string} messageId */
export function removeMessage(timeline, messageId) {
  if (!timeline.byId.delete(messageId)) return false;
  sort(timeline);
  return true;
}

/** @param {import('../types').Timeline} timeline */
function sort(timeline) {
  timeline.sorted = [...timeline.byId.values()].sort((a, b) => a.seq - b.seq);
}

/**
 * A reaction set or taken back (`emoji` null); a person has one at most.
 * @param {import('../types').Message} message
 * @param {string} userId
 * @param {string | null} emoji
 * @returns {import('../types').Message}
 */
export function withReaction(message, userId, emoji) {
  const others = (message.reactions ?? []).filter((reaction) => reaction.userId !== userId);
  return { ...message, reactions: emoji ? [...others, { userId, emoji }] : others };
}

/** What stays of a message deleted for everyone. @param {import('../types').Message} message @returns {import('../types').Message} */
export function asTombstone(message) {
  return {
    ...message,
    content: null,
    replyTo: null,
    forwardedFrom: null,
    reactions: [],
    deletedAt: message.deletedAt ?? new Date().toISOString(),
  };
}
