import { DIALECTS } from '../../src/dialects';

/** The dialects that are spoken over Socket.IO, the native one aside. */
export const SOCKET_IO_DIALECTS: readonly string[] = DIALECTS.filter(({ inbound }) => inbound).map(
  ({ name }) => name,
);
