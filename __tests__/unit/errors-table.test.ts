import { readFileSync } from 'node:fs';
import path from 'node:path';
import { AppError, invalidField, notFound, unavailable } from '../../src/errors/app-error';
import { ERROR_CODES, type ErrorCode } from '../../src/errors/error-codes';
import { toAck } from '../../src/errors/to-ack';
import { toProblem } from '../../src/errors/to-problem';

const page = readFileSync(path.join(__dirname, '../../docs/errors.md'), 'utf8');

describe('docs/errors.md', () => {
  it('has exactly the codes of the table, with their statuses and titles', () => {
    const rows = [...page.matchAll(/^\| `(\w+)` \| (\d+) \| ([^|]+) \| [^|]{10,} \|$/gm)];
    expect(rows.map(([, code, status, title]) => ({ code, status: Number(status), title }))).toEqual(
      Object.entries(ERROR_CODES).map(([code, facts]) => ({ code, ...facts })),
    );
  });

  it('shows a problem as it is made', () => {
    const shown = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
    const error = invalidField('content', 'must be an object with a type, or a text');
    expect(toProblem(error, shown.requestId)).toEqual(shown);
  });
});

describe('an error on the wire', () => {
  it.each(Object.keys(ERROR_CODES) as ErrorCode[])(
    '%s has its status, title and code in the problem',
    (code) => {
      expect(toProblem(new AppError(code, 'Because'), 'r-1')).toEqual({
        type: `urn:parley:error:${code}`,
        ...ERROR_CODES[code],
        detail: 'Because',
        code,
        requestId: 'r-1',
      });
    },
  );

  it('tells in an acknowledgement when to try again', () => {
    expect(toAck(unavailable('Full', 3))).toEqual({
      ok: false,
      error: { code: 'unavailable', message: 'Full', retryAfter: 3 },
    });
    expect(toAck(notFound('The chat'))).toEqual({
      ok: false,
      error: { code: 'not_found', message: 'The chat was not found' },
    });
  });
});
