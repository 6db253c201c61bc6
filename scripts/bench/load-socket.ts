/**
 * A Socket.IO client over a plain TCP socket: just the WebSocket and Engine.IO frames the bench needs. A thousand
 * `socket.io-client`s cost more processor time than the server they measure, and both share the machine.
 */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const TEXT_FRAME = 0x81;
const CLOSE_OPCODE = 0x8;
const PING = '2';
const PONG = '3';

export interface LoadSocket {
  /** Sends an event and asks for an acknowledgement under `ackId`. `payload` is JSON in ASCII. */
  emit(event: string, payload: string, ackId: number): void;
  close(): void;
}

export interface LoadSocketHandlers {
  /** The arguments of an event as JSON text, without its name. */
  onEvent(name: string, text: string): void;
  onAck(ackId: number, text: string): void;
  onClose(reason: string): void;
}

/**
 * Resolves once the server has accepted the handshake `auth: { token }`.
 * @throws Error when it refuses, or the connection ends before.
 */
export function openLoadSocket(
  port: number,
  token: string,
  handlers: LoadSocketHandlers,
): Promise<LoadSocket> {
  return new Promise((resolve, reject) => {
    const tcp = connect(port, '127.0.0.1');
    const send = (packet: string): void => void tcp.write(toFrame(packet));
    let isOpen = false;
    const load: LoadSocket = {
      emit: (event, payload, ackId) => send(`42${ackId}["${event}",${payload}]`),
      close: () => {
        handlers.onClose = () => undefined;
        tcp.destroy();
      },
    };
    const fail = (reason: string): void => {
      if (isOpen) handlers.onClose(reason);
      else reject(new Error(`connection refused: ${reason}`));
    };
    tcp.setNoDelay(true);
    tcp.on('connect', () => tcp.write(upgradeRequest(port)));
    tcp.on('error', (error) => fail(error.message));
    tcp.on('close', () => fail('closed by the server'));
    readPackets(tcp, fail, (packet) => {
      const kind = packet.slice(0, 2);
      if (kind === '42') readEvent(packet, handlers);
      else if (kind === '43') readAck(packet, handlers);
      else if (packet === PING) send(PONG);
      else if (packet.startsWith('0')) send(`40${JSON.stringify({ token })}`);
      else if (kind === '44') fail(packet.slice(2));
      else if (kind === '40') {
        isOpen = true;
        resolve(load);
      }
    });
  });
}

function upgradeRequest(port: number): string {
  return [
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    '\r\n',
  ].join('\r\n');
}

function readEvent(packet: string, handlers: LoadSocketHandlers): void {
  const nameEnd = packet.indexOf('"', 4);
  handlers.onEvent(packet.slice(4, nameEnd), packet.slice(nameEnd + 2, -1));
}

function readAck(packet: string, handlers: LoadSocketHandlers): void {
  const start = packet.indexOf('[');
  handlers.onAck(Number(packet.slice(2, start)), packet.slice(start + 1, -1));
}

/** A masked text frame; with a mask of zeros the text stays as it is. */
function toFrame(packet: string): Buffer {
  const size = packet.length;
  if (size > 0xffff) throw new Error('the bench sends no frame above 64 KB');
  const isShort = size < 126;
  const frame = Buffer.alloc((isShort ? 6 : 8) + size);
  frame[0] = TEXT_FRAME;
  frame[1] = 0x80 | (isShort ? size : 126);
  if (!isShort) frame.writeUInt16BE(size, 2);
  frame.write(packet, isShort ? 6 : 8, 'latin1');
  return frame;
}

/** Calls `onPacket` for each whole text frame, after the answer to the upgrade. */
function readPackets(tcp: Socket, fail: (reason: string) => void, onPacket: (packet: string) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  let isUpgraded = false;
  tcp.on('data', (chunk: Buffer) => {
    let data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    if (!isUpgraded) {
      const end = data.indexOf('\r\n\r\n');
      if (end >= 0 && !data.toString('latin1', 0, 12).endsWith('101'))
        return fail(data.toString('latin1', 0, end));
      isUpgraded = end >= 0;
      data = isUpgraded ? data.subarray(end + 4) : data;
    }
    rest = isUpgraded ? readFrames(data, fail, onPacket) : data;
  });
}

/** Returns the bytes of the last, incomplete frame. */
function readFrames(
  data: Buffer,
  fail: (reason: string) => void,
  onPacket: (packet: string) => void,
): Buffer {
  let offset = 0;
  while (data.length - offset >= 2) {
    const { start, end } = frameBounds(data, offset);
    if (end > data.length) break;
    if (((data[offset] ?? 0) & 0xf) === CLOSE_OPCODE) fail('close frame');
    else onPacket(data.toString('latin1', start, end));
    offset = end;
  }
  return data.subarray(offset);
}

function frameBounds(data: Buffer, offset: number): { start: number; end: number } {
  const size = (data[offset + 1] ?? 0) & 0x7f;
  if (size < 126) return { start: offset + 2, end: offset + 2 + size };
  const start = offset + (size === 126 ? 4 : 10);
  if (data.length < start) return { start, end: Number.POSITIVE_INFINITY };
  const length = size === 126 ? data.readUInt16BE(offset + 2) : Number(data.readBigUInt64BE(offset + 2));
  return { start, end: start + length };
}
