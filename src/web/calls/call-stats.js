/** What the browser measured in a call, boiled down to the figures the server keeps. */

/**
 * @param {RTCStatsReport[]} reports one for each connection
 * @param {number} durationMs
 * @returns {Record<string, number | string>} only what was measured
 */
export function summarize(reports, durationMs) {
  const entries = reports.flatMap((report) => [...report.values()]);
  const inbound = entries.filter(({ type }) => type === 'inbound-rtp');
  const outbound = entries.filter(({ type }) => type === 'outbound-rtp');
  const pairs = entries.filter((entry) => isInUse(entry, entries));
  const packetsLost = Math.max(0, sum(inbound, 'packetsLost'));
  const packetsReceived = sum(inbound, 'packetsReceived');
  const bytesReceived = sum(inbound, 'bytesReceived');
  const expected = packetsLost + packetsReceived;
  const local = entries.find(({ id }) => id === pairs[0]?.localCandidateId);
  const figures = {
    packetsLost,
    packetsReceived,
    bytesReceived,
    bytesSent: sum(outbound, 'bytesSent'),
    packetLossPercent: expected > 0 ? (packetsLost / expected) * 100 : undefined,
    roundTripMs: inMs(largest(pairs, 'currentRoundTripTime')),
    jitterMs: inMs(largest(inbound, 'jitter')),
    bitrateKbps: durationMs > 0 ? (bytesReceived * 8) / durationMs : undefined,
    framesPerSecond: largest(inbound, 'framesPerSecond'),
    candidateType: local?.candidateType,
  };
  return Object.fromEntries(Object.entries(figures).flatMap(([name, value]) => rounded(name, value)));
}

/** @param {any} entry @param {any[]} entries */
function isInUse(entry, entries) {
  if (entry.type !== 'candidate-pair') return false;
  const transports = entries.filter(({ type }) => type === 'transport');
  if (transports.some((transport) => transport.selectedCandidatePairId === entry.id)) return true;
  return entry.selected === true;
}

/** @param {any[]} entries @param {string} name @returns {number} */
function sum(entries, name) {
  return entries.reduce((total, entry) => total + (entry[name] ?? 0), 0);
}

/** @param {any[]} entries @param {string} name @returns {number | undefined} */
function largest(entries, name) {
  const values = entries.map((entry) => entry[name]).filter((value) => typeof value === 'number');
  return values.length > 0 ? Math.max(...values) : undefined;
}

/** @param {number | undefined} seconds */
function inMs(seconds) {
  return seconds === undefined ? undefined : seconds * 1000;
}

/** @param {string} name @param {number | string | undefined} value @returns {Array<[string, number | string]>} */
function rounded(name, value) {
  if (value === undefined) return [];
  return [[name, typeof value === 'number' ? Math.round(value * 100) / 100 : value]];
}
