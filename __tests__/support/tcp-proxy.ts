import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A door before a server that can be shut: open connections break and new ones are dropped until it opens again. */
export interface TcpProxy {
  port: number;
  shut(): void;
  /** From now on questions pass and answers do not, on open connections too, until it is shut. */
  mute(): void;
  open(): void;
  stop(): Promise<void>;
}

/** Starts a proxy on a free local port for the server at `host:port`. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isShut = false;
  let isMute = false;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    keep(client);
    if (isShut) {
      client.destroy();
      return;
    }
    const upstream = keep(connect(target.port, target.host));
    client.pipe(upstream);
    upstream.on('data', (chunk) => isMute || client.write(chunk));
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    shut() {
      isShut = true;
      isMute = false;
      cut();
    },
    mute() {
      isMute = true;
    },
    open() {
      isShut = false;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
