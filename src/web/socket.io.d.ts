/** The server hands out the ES module of the `socket.io-client` package under this name. */
export { io } from 'socket.io-client';
