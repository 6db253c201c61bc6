import { WebSocket } from 'ws';

/** How an upgrade was refused: the status and the code of the problem. */
export function refusalAt(
  url: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; code: string }> {
  return new Promise((resolve, reject) => {
    const ws = new WebSocket(`${url.replace('http', 'ws')}${path}`, { headers });
    ws.on('error', () => undefined);
    ws.once('open', () => {
      ws.terminate();
      reject(new Error(`${path} was opened`));
    });
    ws.once('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => {
        expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
        const problem = JSON.parse(text);
        expect([problem.status, problem.requestId]).toEqual([
          response.statusCode,
          response.headers['x-request-id'],
        ]);
        resolve({ status: problem.status, code: problem.code });
      });
    });
  });
}
