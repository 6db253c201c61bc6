/**
 * Loaded before a server that runs as a process: what it would send to Google's hosts by TLS goes to the fake on GOOGLE_DETOUR_PORT in
 * the clear. The product knows nothing of it.
 */
const net = require('node:net');
const tls = require('node:tls');

const connectByTls = tls.connect;

tls.connect = (...args) => {
  const [options] = args;
  if (!String(options?.host).endsWith('.googleapis.com')) return connectByTls(...args);
  const socket = net.connect(Number(process.env.GOOGLE_DETOUR_PORT), '127.0.0.1');
  socket.once('connect', () => socket.emit('secureConnect'));
  return socket;
};
