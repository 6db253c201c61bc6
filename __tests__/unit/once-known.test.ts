import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { answerOnceKnown } from '../../src/middlewares/once-known';

/** What is asked for once an answer is ready: how it is to be held back. */
let settled: () => Promise<void> | undefined;
let server: Server;
let url: string;

beforeAll(async () => {
  const app = express();
  app.use(answerOnceKnown(() => settled()));
  app.post('/', (_req, res) => {
    res.status(201).json({ ok: true });
  });
  await new Promise<void>((resolve) => {
    server = app.listen(0, '127.0.0.1', () => resolve());
  });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function post(): Promise<unknown[]> {
  const answer = await fetch(url, { method: 'POST' });
  return [answer.status, await answer.json()];
}

describe('answerOnceKnown', () => {
  it('sends an answer at once when nothing is on its way', async () => {
    settled = () => undefined;
    expect(await post()).toEqual([201, { ok: true }]);
  });

  it('holds an answer back until what was changed is known to be changed', async () => {
    const order: string[] = [];
    let know: () => void = () => undefined;
    const known = new Promise<void>((resolve) => {
      know = resolve;
    });
    const isReady = new Promise<void>((ready) => {
      settled = () => {
        ready();
        return known;
      };
    });
    const answered = post().then((answer) => {
      order.push('answered');
      return answer;
    });
    await isReady;
    // One that has nothing to wait for goes the whole way meanwhile.
    settled = () => undefined;
    await post();
    order.push('known');
    know();
    expect(await answered).toEqual([201, { ok: true }]);
    expect(order).toEqual(['known', 'answered']);
  });
});
