/** Who acts: the signed-in user, the session and device the token names, and the dialect of that login. */
export interface Actor {
  userId: string;
  sessionId: string;
  deviceId: string;
  dialect: string;
  /** The socket the action came through, when it was one; REST has none. */
  socketId?: string;
}
