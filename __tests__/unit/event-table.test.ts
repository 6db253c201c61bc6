import { createEventTable } from '../../src/socket/event-table';
import type { PayloadValidator } from '../../src/socket/payload-schemas';

const validatorOf = (...events: string[]): PayloadValidator => ({ events, validate: () => undefined });

function vocabulary(dialect: string, ...events: string[]) {
  const handlers = Object.fromEntries(events.map((event) => [event, async () => ({ from: dialect })]));
  return { dialect, handlers, validator: validatorOf(...events) };
}

const find = createEventTable([
  vocabulary('native', 'send', 'sync'),
  vocabulary('first', 'first:send', 'sync', 'typing'),
  vocabulary('second', 'second-send', 'typing'),
]);

/** Which dialect's handler serves an event. */
async function servedBy(event: string, dialect: string): Promise<unknown> {
  const served = find(event, dialect);
  return served?.handler({} as never, {}, {} as never);
}

describe('createEventTable', () => {
  it('understands every name of every dialect on every connection', async () => {
    for (const dialect of ['native', 'first', 'second']) {
      expect(await servedBy('send', dialect)).toEqual({ from: 'native' });
      expect(await servedBy('first:send', dialect)).toEqual({ from: 'first' });
      expect(await servedBy('second-send', dialect)).toEqual({ from: 'second' });
    }
  });

  it("takes a name that several have in the connection's own meaning, else in that of the first", async () => {
    expect(await servedBy('sync', 'native')).toEqual({ from: 'native' });
    expect(await servedBy('sync', 'first')).toEqual({ from: 'first' });
    expect(await servedBy('sync', 'second')).toEqual({ from: 'native' });
    expect(await servedBy('typing', 'second')).toEqual({ from: 'second' });
    expect(await servedBy('typing', 'native')).toEqual({ from: 'first' });
  });

  it('knows no other names', () => {
    for (const name of ['toString', '__proto__', 'constructor', ''])
      expect(find(name, 'native')).toBeUndefined();
  });

  it('refuses to start with an event whose payload nothing would check', () => {
    const unchecked = { ...vocabulary('native', 'send'), validator: validatorOf() };
    expect(() => createEventTable([unchecked])).toThrow('native has no schema for send');
  });
});
