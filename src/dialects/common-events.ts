import { CALL_EVENTS } from '../delivery/call-delivery';

/** What the server sends in every Socket.IO dialect by the same names (contract section 1). */
export const COMMON_EVENTS = [
  'user-online',
  'user-offline',
  ...CALL_EVENTS,
  'authenticated',
  'authentication_error',
  'operation-error',
] as const;
