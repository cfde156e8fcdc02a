import { randomFillSync } from 'node:crypto';

const pool = Buffer.allocUnsafeSlow(16_384);
let used = pool.length;

/** Cryptographically random bytes, asked of the system by the block: a call for each dozen costs more than using them. */
export function pooledRandom(length: number): Buffer {
  if (used + length > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  // A copy: what is handed out is overwritten when the pool is filled again.
  const bytes = Buffer.from(pool.subarray(used, used + length));
  used += length;
  return bytes;
}
