import { createConnections } from '../../src/delivery/connections';
import { createFanOut } from '../../src/delivery/fan-out';
import type { MaybeFrame, Outbound } from '../../src/delivery/outbound';

type Typing = { chatId: string; userId: string; isTyping: boolean };
const TYPING: Typing = { chatId: 'c', userId: 'u', isTyping: true };

/** A dialect that has words for typing only, and counts how often it is asked for them. */
function speaking(word: (told: Typing) => MaybeFrame, echoes = true) {
  const asked: Typing[] = [];
  const outbound = {
    echoes,
    typingChanged(told: Typing) {
      asked.push(told);
      return word(told);
    },
  } as unknown as Outbound;
  return { outbound, asked };
}

function world() {
  const connections = createConnections();
  const emitted: Array<[string[], string, unknown]> = [];
  const short = speaking((told) => ({ event: 't', payload: told.chatId }));
  const personal = speaking(() => ({ event: 'p', payloadFor: (userId) => `to ${userId}` }), false);
  const mute = speaking(() => undefined);
  const unspoken = speaking(() => ({ event: 'x', payload: 1 }));
  const outbounds = new Map(
    Object.entries({ short, personal, mute, unspoken }).map(([name, { outbound }]) => [name, outbound]),
  );
  const fanOut = createFanOut({ connections, outbounds, emit: (...frame) => emitted.push(frame) });
  const join = (userId: string, socketId: string, dialect: string) =>
    connections.add({
      socketId,
      userId,
      deviceId: socketId,
      sessionId: socketId,
      dialect,
      close: () => undefined,
    });
  return { fanOut, join, emitted, short, personal, mute, unspoken };
}

describe('createFanOut', () => {
  it('words an event once for a dialect, however many sockets hear it', () => {
    const { fanOut, join, emitted, short } = world();
    for (let i = 0; i < 100; i += 1) join(`u${i % 10}`, `s${i}`, 'short');
    const users = Array.from({ length: 10 }, (_, i) => `u${i}`);
    fanOut.tell(users, (outbound) => outbound.typingChanged(TYPING));
    expect(short.asked).toHaveLength(1);
    expect(emitted).toHaveLength(1);
    expect(emitted[0]?.[0]).toHaveLength(100);
  });

  it('does not even ask a dialect that none of the hearers speaks', () => {
    const { fanOut, join, unspoken } = world();
    join('ann', 's1', 'short');
    join('bob', 's2', 'unspoken');
    fanOut.tell(['ann'], (outbound) => outbound.typingChanged(TYPING));
    expect(unspoken.asked).toEqual([]);
  });

  it('sends nothing where a dialect has no words', () => {
    const { fanOut, join, emitted, mute } = world();
    join('ann', 's1', 'mute');
    fanOut.tell(['ann'], (outbound) => outbound.typingChanged(TYPING));
    expect([mute.asked.length, emitted]).toEqual([1, []]);
  });

  it('words what names its reader for each reader, in one emit to all their sockets', () => {
    const { fanOut, join, emitted, personal } = world();
    join('ann', 's1', 'personal');
    join('bob', 's2', 'personal');
    join('ann', 's3', 'personal');
    fanOut.tell(['ann', 'bob'], (outbound) => outbound.typingChanged(TYPING));
    expect(personal.asked).toHaveLength(1);
    expect(emitted).toEqual([
      [['s1', 's3'], 'p', 'to ann'],
      [['s2'], 'p', 'to bob'],
    ]);
  });

  it('knows which dialects echo to the socket a message came from', () => {
    const { fanOut } = world();
    expect([fanOut.echoes('short'), fanOut.echoes('personal')]).toEqual([true, false]);
  });
});
