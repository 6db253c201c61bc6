import { Error as MongooseError, mongo } from 'mongoose';
import { AppError } from '../../src/errors/app-error';
import { toAppError } from '../../src/errors/to-app-error';
import { toProblem } from '../../src/errors/to-problem';

const duplicate = new mongo.MongoServerError({
  message:
    'E11000 duplicate key error collection: parley.users index: phoneNumber_1 dup key: { phoneNumber: "+1" }',
  code: 11000,
});

describe('what Mongo and Mongoose throw', () => {
  it.each([
    ['a duplicate key', duplicate, 'conflict'],
    [
      'a lost connection',
      new mongo.MongoNetworkError('connection 3 to 10.0.0.7:27017 closed'),
      'unavailable',
    ],
    [
      'an id of the wrong form',
      new MongooseError.CastError('ObjectId', { $ne: null }, 'chatId'),
      'validation_failed',
    ],
    ['another refusal', new mongo.MongoServerError({ message: 'not authorized', code: 13 }), 'internal'],
  ])('%s becomes an error of ours that names no internals', (_name, error, code) => {
    const translated = toAppError(error);
    expect(translated.code).toBe(code);
    const shown = JSON.stringify(toProblem(translated, 'r-1'));
    expect(shown).not.toMatch(/E11000|27017|phoneNumber|authorized|\$ne|mongo/i);
  });
});

describe('a disk', () => {
  it('that is full or only reads is unavailable, any other fault of it is ours', () => {
    const fault = (code: string) => Object.assign(new Error(`${code}: write '/var/parley/x'`), { code });
    for (const code of ['ENOSPC', 'EDQUOT', 'EROFS']) {
      const translated = toAppError(fault(code));
      expect(translated.code).toBe('unavailable');
      expect(JSON.stringify(toProblem(translated, 'r-1'))).not.toContain('/var/parley');
    }
    expect(toAppError(fault('EACCES')).code).toBe('internal');
  });
});

describe('any other error', () => {
  it('is shown as internal and kept whole for the log', () => {
    const cause = new TypeError("Cannot read properties of undefined (reading 'secret')");
    const translated = toAppError(cause);
    expect(translated).toMatchObject({ code: 'internal', cause });
    expect(JSON.stringify(toProblem(translated, 'r-1'))).not.toContain('secret');
  });

  it.each([undefined, null, 'text', 7])('may be %s', (thrown) => {
    expect(toAppError(thrown).code).toBe('internal');
  });

  it('of ours passes as it is', () => {
    const own = new AppError('forbidden', 'No');
    expect(toAppError(own)).toBe(own);
  });
});
