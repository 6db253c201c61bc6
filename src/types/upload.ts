/** A file that was received whole into a folder of the server's; it is gone when the service is done with it. */
export interface Upload {
  /** Absolute path. */
  path: string;
  /** As the uploader calls it, already without folders and control characters. */
  name: string;
  /** In bytes. */
  size: number;
}
