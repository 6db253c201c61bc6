// The page's modules are JavaScript that `tsc` does not read; Jest compiles them like the rest.
const { pastCall } = require('../../src/web/lib/call-words.js');
const { summarize } = require('../../src/web/calls/call-stats.js');
const { stopwatch } = require('../../src/web/lib/time.js');

function wordsFor(meId: string, status: string, state: string): string {
  const participants = [
    { userId: 'caller', state: 'left' },
    { userId: 'called', state },
  ];
  return pastCall({ type: 'audio', callerId: 'caller', participants, status }, meId).text;
}

describe('a call of the past, in words', () => {
  it.each([
    ['ended', 'left', 'Outgoing audio call', 'Incoming audio call'],
    ['missed', 'missed', 'Outgoing audio call, no answer', 'Missed audio call'],
    ['busy', 'busy', 'Outgoing audio call, busy', 'Missed audio call'],
    ['declined', 'declined', 'Outgoing audio call, declined', 'Declined audio call'],
    ['ongoing', 'joined', 'Audio call, going on', 'Audio call, going on'],
  ])('that is %s is told to either side as it was for them', (status, state, toCaller, toCalled) => {
    expect(wordsFor('caller', status, state)).toBe(toCaller);
    expect(wordsFor('called', status, state)).toBe(toCalled);
  });

  it('shows its length as a stopwatch does', () => {
    expect([0, 65_400, 3_723_000].map(stopwatch)).toEqual(['0:00', '1:05', '1:02:03']);
  });
});

describe('the figures of a call', () => {
  const report = new Map(
    Object.entries({
      sound: {
        id: 'sound',
        type: 'inbound-rtp',
        packetsLost: 1,
        packetsReceived: 99,
        bytesReceived: 5000,
        jitter: 0.0123,
      },
      sent: { id: 'sent', type: 'outbound-rtp', bytesSent: 4000 },
      way: { id: 'way', type: 'transport', selectedCandidatePairId: 'pair' },
      pair: { id: 'pair', type: 'candidate-pair', currentRoundTripTime: 0.045, localCandidateId: 'here' },
      other: { id: 'other', type: 'candidate-pair', currentRoundTripTime: 9 },
      here: { id: 'here', type: 'local-candidate', candidateType: 'relay' },
    }),
  );

  it('come from the streams and from the way in use', () => {
    expect(summarize([report], 10_000)).toEqual({
      packetsLost: 1,
      packetsReceived: 99,
      packetLossPercent: 1,
      bytesReceived: 5000,
      bytesSent: 4000,
      bitrateKbps: 4,
      jitterMs: 12.3,
      roundTripMs: 45,
      candidateType: 'relay',
    });
  });

  it('are left out where nothing was measured', () => {
    expect(summarize([], 0)).toEqual({ packetsLost: 0, packetsReceived: 0, bytesReceived: 0, bytesSent: 0 });
  });
});
