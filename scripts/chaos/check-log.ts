import type { MessageView } from '../../src/presenters/message.presenter';
import type { Scene } from './storm';
import type { LogRow } from './truth';

/** Numbers without gap, one message a key, and everything in it that was acknowledged. */
export function checkLog({ tally, clients }: Scene, log: ReadonlyMap<string, LogRow[]>): void {
  const byKey = new Map<string, LogRow>();
  for (const [chatId, rows] of log) {
    const messages = rows.filter(({ seq }) => seq > 0);
    checkNumbers(
      tally,
      `seq of ${chatId}`,
      messages.map(({ seq }) => seq),
    );
    checkNumbers(
      tally,
      `rev of ${chatId}`,
      rows.map(({ rev }) => rev),
    );
    for (const row of messages) {
      if (row.tempId === undefined) continue;
      const key = `${row.senderId}:${row.tempId}`;
      if (byKey.has(key)) tally.fault('duplicated', `${key} is in the log twice`);
      byKey.set(key, row);
    }
  }
  for (const { person, outbox } of clients) {
    outbox.checkOrder();
    for (const [tempId, { id, seq }] of outbox.acked) {
      const row = byKey.get(`${person.id}:${tempId}`);
      if (!row) tally.fault('lost', `${tempId} was acknowledged as ${id} and is not in the log`);
      else if (row.id !== id || row.seq !== seq)
        tally.fault(
          'reordered',
          `${tempId} was acknowledged as ${id}, seq ${seq}; the log has ${row.id}, ${row.seq}`,
        );
    }
  }
}

function checkNumbers(tally: Scene['tally'], what: string, numbers: number[]): void {
  const wrong = numbers.findIndex((number, i) => number !== i + 1);
  if (wrong >= 0) tally.fault('lost', `${what} goes ${numbers[wrong - 1] ?? 0}, ${numbers[wrong]}`);
}

/** A node shows the messages of the log, in its order. */
export function checkShown(
  { tally }: Scene,
  log: ReadonlyMap<string, LogRow[]>,
  { name, shown }: { name: string; shown: ReadonlyMap<string, MessageView[]> },
): void {
  for (const [chatId, rows] of log) {
    const expected = rows.filter(({ seq }) => seq > 0).sort((a, b) => a.seq - b.seq);
    const ids = (shown.get(chatId) ?? []).map(({ id }) => id);
    const wrong = expected.findIndex(({ id }, i) => id !== ids[i]);
    if (wrong >= 0 || ids.length !== expected.length)
      tally.fault(
        'reordered',
        `node ${name} shows ${chatId} otherwise than the log from seq ${wrong + 1} on`,
      );
  }
}
