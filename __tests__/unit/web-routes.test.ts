import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import express from 'express';
import { createWebRouter } from '../../src/routes/web.routes';

describe('the files of the chat page', () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    // As in the product, where Express itself makes no ETags.
    const app = express()
      .disable('etag')
      .use(createWebRouter({ redirectsMedia: false }));
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  it('come with a policy that allows scripts, styles and connections of this server only', async () => {
    const page = await fetch(`${url}/`);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    const host = url.replace('http://', '');
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' https: data: blob:",
      "media-src 'self' blob:",
      `connect-src 'self' ws://${host} wss://${host}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(page.headers.get('permissions-policy')).toBe('camera=(self), microphone=(self)');
  });

  it('may play what a store of files elsewhere has, only where there is one', async () => {
    const elsewhere = express().use(createWebRouter({ redirectsMedia: true }));
    const other = elsewhere.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const answer = await fetch(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
    expect(answer.headers.get('content-security-policy')).toContain("; media-src 'self' blob: https:;");
    other.close();
    other.closeAllConnections();
  });

  it('hold no inline script or style that the policy would refuse', async () => {
    const html = await (await fetch(`${url}/`)).text();
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/i);
  });

  it('are asked for each time, and not sent again while unchanged', async () => {
    for (const file of ['/', '/web/main.js', '/web/socket.io.js', '/web/styles/base.css']) {
      const first = await fetch(`${url}${file}`);
      expect(first.headers.get('cache-control')).toBe('no-cache');
      const again = await fetch(`${url}${file}`, {
        // `fetch` would add `no-cache`, which asks for the whole file.
        headers: { 'if-none-match': first.headers.get('etag') ?? '', 'cache-control': 'max-age=0' },
      });
      expect({ file, status: again.status }).toEqual({ file, status: 304 });
    }
  });

  it('are complete: every module that one of them imports is there', async () => {
    const waiting = ['/web/main.js'];
    const seen = new Set(waiting);
    for (const file of waiting) {
      const response = await fetch(`${url}${file}`);
      expect({ file, status: response.status }).toEqual({ file, status: 200 });
      expect(response.headers.get('content-type')).toContain('javascript');
      const source = await response.text();
      for (const [, target] of source.matchAll(/^import [^'"();]*from '(\.[^']+)'/gm)) {
        const next = path.posix.join(path.posix.dirname(file), target ?? '');
        if (!seen.has(next)) waiting.push(next);
        seen.add(next);
      }
    }
    expect(seen.size).toBeGreaterThan(40);
    expect(seen).toContain('/web/socket.io.js');
  });

  it('are the only ones: nothing else of the package can be had', async () => {
    for (const file of [
      '/web/types.d.ts',
      '/web/tsconfig.json',
      '/web/index.html',
      '/web/..%2fapp.ts',
      '/web/',
    ]) {
      const response = await fetch(`${url}${file}`);
      expect({ file, status: response.status }).toEqual({ file, status: 404 });
    }
  });
});
