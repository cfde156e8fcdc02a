import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits, base64url. Nobody guesses it, so a fast hash keeps it safe. */
export const newSecret = () => randomBytes(32).toString('base64url');

export const sha256 = (value: string) => createHash('sha256').update(value).digest('base64url');

/** Equal texts, in a time that does not depend on where they differ. */
export function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
