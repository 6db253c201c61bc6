import { createMediaSigner } from '../../src/services/media-signer';
import { systemClock } from '../../src/types/clock';

/** Signs addresses as the product does, for what is presented without it. */
export const testSigner = createMediaSigner({
  secret: Buffer.alloc(32, 1),
  ttlSeconds: 3600,
  origin: () => '',
  clock: systemClock,
});
