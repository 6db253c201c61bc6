/**
 * As much of STUN (RFC 8489) and TURN (RFC 8656) as it takes to ask a server for a relay once: an Allocate without credentials, which is
 * refused with the realm and a nonce, and one with them.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';

const MAGIC = 0x2112a442;
const BINDING = 0x0001;
const ALLOCATE = 0x0003;
const REFRESH = 0x0004;
const SUCCESS = 0x0100;
const HEADER_BYTES = 20;
const TIMEOUT_MS = 5000;

const ATTRIBUTE = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  lifetime: 0x000d,
  realm: 0x0014,
  nonce: 0x0015,
  requestedTransport: 0x0019,
} as const;
const UDP_PROTOCOL = Buffer.from([17, 0, 0, 0]);

type Attribute = readonly [type: number, value: Buffer];
type Send = (message: Buffer) => Promise<Buffer>;

export interface StunServer {
  host: string;
  port: number;
  transport: 'udp' | 'tcp';
}

/** The parts of `stun:host:port` or `turn:host:port?transport=tcp`; undefined for what is encrypted, which this client does not speak. */
export function parseStunUrl(url: string): StunServer | undefined {
  const match = /^(?:stun|turn):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(udp|tcp))?$/.exec(url);
  if (!match) return undefined;
  const [, host = '', port = '3478', transport = 'udp'] = match;
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port),
    transport: transport === 'tcp' ? 'tcp' : 'udp',
  };
}

/** Resolves when the server answers a binding request. @throws Error otherwise. */
export function askBinding(server: StunServer): Promise<void> {
  return withConnection(server, async (send) => {
    const answer = await send(encode(BINDING, []));
    if (answer.readUInt16BE(0) !== (BINDING | SUCCESS))
      throw new Error('it does not answer as a STUN server');
  });
}

/** Resolves when the server relays for these credentials. @throws Error with the server's own words otherwise. */
export function askRelay(server: StunServer, username: string, password: string): Promise<void> {
  return withConnection(server, async (send) => {
    const transport: Attribute = [ATTRIBUTE.requestedTransport, UDP_PROTOCOL];
    const challenge = decode(await send(encode(ALLOCATE, [transport])));
    const realm = challenge.get(ATTRIBUTE.realm);
    const nonce = challenge.get(ATTRIBUTE.nonce);
    if (!realm || !nonce) throw new Error(errorOf(challenge) ?? 'it asks for no credentials');
    const key = createHash('md5').update(`${username}:${realm.toString()}:${password}`).digest();
    const credentials: Attribute[] = [
      [ATTRIBUTE.username, Buffer.from(username)],
      [ATTRIBUTE.realm, realm],
      [ATTRIBUTE.nonce, nonce],
    ];
    const answer = await send(encode(ALLOCATE, [transport, ...credentials], key));
    if (answer.readUInt16BE(0) !== (ALLOCATE | SUCCESS))
      throw new Error(errorOf(decode(answer)) ?? 'it refuses');
    // Gives the relay back.
    await send(encode(REFRESH, [[ATTRIBUTE.lifetime, Buffer.alloc(4)], ...credentials], key));
  });
}

function encode(type: number, attributes: Attribute[], key?: Buffer): Buffer {
  const body = Buffer.concat(attributes.map(encodeAttribute));
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(type, 0);
  header.writeUInt32BE(MAGIC, 4);
  randomBytes(12).copy(header, 8);
  const integrityBytes = key ? 24 : 0;
  // The length counts the integrity attribute, over which itself is not computed (RFC 8489 section 14.5).
  header.writeUInt16BE(body.length + integrityBytes, 2);
  if (!key) return Buffer.concat([header, body]);
  const mac = createHmac('sha1', key).update(header).update(body).digest();
  return Buffer.concat([header, body, encodeAttribute([ATTRIBUTE.messageIntegrity, mac])]);
}

function encodeAttribute([type, value]: Attribute): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

function decode(message: Buffer): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  for (let at = HEADER_BYTES; at + 4 <= message.length; ) {
    const length = message.readUInt16BE(at + 2);
    attributes.set(message.readUInt16BE(at), message.subarray(at + 4, at + 4 + length));
    at += 4 + length + ((4 - (length % 4)) % 4);
  }
  return attributes;
}

function errorOf(attributes: Map<number, Buffer>): string | undefined {
  const value = attributes.get(ATTRIBUTE.errorCode);
  if (!value || value.length < 4) return undefined;
  return `${value.readUInt8(2) * 100 + value.readUInt8(3)} ${value.subarray(4).toString()}`.trim();
}

async function withConnection(server: StunServer, talk: (send: Send) => Promise<void>): Promise<void> {
  const { exchange, close } = server.transport === 'udp' ? openUdp(server) : openTcp(server);
  try {
    await talk(exchange);
  } finally {
    close();
  }
}

interface Connection {
  exchange: Send;
  close(): void;
}

function openUdp({ host, port }: StunServer): Connection {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  return {
    exchange: (message) =>
      answered((resolve, reject) => {
        socket.once('message', resolve).once('error', reject);
        socket.send(message, port, host, (error) => error && reject(error));
      }),
    close: () => socket.close(),
  };
}

function openTcp({ host, port }: StunServer): Connection {
  const socket = connect({ host, port });
  return {
    exchange: (message) =>
      answered((resolve, reject) => {
        let received = Buffer.alloc(0);
        const onData = (chunk: Buffer) => {
          received = Buffer.concat([received, chunk]);
          const isWhole =
            received.length >= HEADER_BYTES && received.length >= HEADER_BYTES + received.readUInt16BE(2);
          if (!isWhole) return;
          socket.off('data', onData);
          resolve(received);
        };
        socket.on('data', onData).once('error', reject);
        socket.write(message);
      }),
    close: () => socket.destroy(),
  };
}

async function answered(
  ask: (resolve: (answer: Buffer) => void, reject: (error: Error) => void) => void,
): Promise<Buffer> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const answer = await new Promise<Buffer>((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
      ask(resolve, reject);
    });
    if (answer.length < HEADER_BYTES) throw new Error('it does not answer as a STUN server');
    return answer;
  } finally {
    clearTimeout(timer);
  }
}
