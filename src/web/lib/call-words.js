/** Calls in plain words. */

/** @typedef {import('../types').Call} Call */
/** @typedef {import('../types').OwnCall} OwnCall */

/** How the call of this page stands, under the name. @param {OwnCall} own @param {string} time since it is heard @param {boolean} isBroken */
export function phaseText(own, time, isBroken) {
  switch (own.phase) {
    case 'preparing':
      return own.isCaller ? 'Calling…' : 'Connecting…';
    case 'calling':
      return 'Ringing…';
    case 'connecting':
      return 'Connecting…';
    case 'ongoing':
      return isBroken ? 'Reconnecting…' : time;
    default:
      return endText(own, time);
  }
}

/** @param {OwnCall} own @param {string} time */
function endText(own, time) {
  if (own.since !== null) return `Call ended, ${time}`;
  if (own.endStatus === 'answered_elsewhere') return 'Answered on another device';
  if (!own.isCaller) return 'Call ended';
  if (own.endStatus === 'busy') return 'Busy in another call';
  if (own.endStatus === 'declined') return 'Call declined';
  return own.endStatus === 'missed' ? 'No answer' : 'Call ended';
}

/** A call of the past, from one's own side. @param {Call} call @param {string} meId */
export function pastCall(call, meId) {
  const kind = call.type === 'video' ? 'video call' : 'audio call';
  const isOutgoing = call.callerId === meId;
  const own = call.participants.find(({ userId }) => userId === meId)?.state;
  const isMissed = !isOutgoing && (own === 'missed' || own === 'busy');
  return { isOutgoing, isMissed, text: pastText(call, { kind, isOutgoing, isMissed, own }) };
}

/** @param {Call} call @param {{ kind: string, isOutgoing: boolean, isMissed: boolean, own?: string }} facts */
function pastText({ status }, { kind, isOutgoing, isMissed, own }) {
  if (isMissed) return `Missed ${kind}`;
  if (status === 'ongoing' || status === 'ringing') return `${capital(kind)}, going on`;
  if (own === 'declined') return `Declined ${kind}`;
  if (!isOutgoing) return `Incoming ${kind}`;
  const outcome = { missed: ', no answer', declined: ', declined', busy: ', busy' }[String(status)] ?? '';
  return `Outgoing ${kind}${outcome}`;
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
