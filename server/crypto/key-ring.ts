import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { pooledRandom } from './random.ts';

const ivBytes = 12;
const tagBytes = 16;
const prepared = new WeakMap<Buffer, KeyObject>();

/** Given bytes, Node makes a key of them at every use, which takes five times as long as the use. Kept while the bytes are. */
function keyOf(bytes: Buffer): KeyObject {
  const known = prepared.get(bytes);
  if (known) return known;
  const key = createSecretKey(bytes);
  prepared.set(bytes, key);
  return key;
}

/** AES-256-GCM; `context` is authenticated with the text and must be the same to open it. */
export function encrypt(key: Buffer, plaintext: Buffer, context: string): Buffer {
  const iv = pooledRandom(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', keyOf(key), iv);
  cipher.setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

/** @throws when the key, the context or a single bit is another. */
export function decrypt(key: Buffer, sealed: Buffer, context: string): Buffer {
  // The length is said: otherwise a tag cut down to 4 bytes is taken, which can be guessed.
  const decipher = createDecipheriv('aes-256-gcm', keyOf(key), sealed.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
  return Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()]);
}

export interface RingKey {
  id: string;
  material: Buffer;
}

/** The keys that wrap data keys: the first wraps, every one unwraps. Rotation puts a new one in front and rewraps. */
export class KeyRing {
  readonly #keys: RingKey[];
  readonly #indexKey: Buffer;
  /** By ring key and purpose: deriving one takes longer than what it is used for. */
  readonly #derivedKeys = new Map<string, Buffer>();

  constructor(keys: RingKey[], indexKey: Buffer) {
    if (keys.length === 0) throw new Error('a key ring needs a key');
    this.#keys = keys;
    this.#indexKey = indexKey;
  }

  get currentId(): string {
    return this.#first.id;
  }

  wrap(dataKey: Buffer, subjectId: string): { ringKeyId: string; wrappedKey: string } {
    const sealed = encrypt(this.#derived(this.#first, 'wrap'), dataKey, `data-key:${subjectId}`);
    return { ringKeyId: this.#first.id, wrappedKey: sealed.toString('base64url') };
  }

  unwrap(wrapped: { ringKeyId: string; wrappedKey: string }, subjectId: string): Buffer {
    const key = this.#byId(wrapped.ringKeyId);
    return decrypt(this.#derived(key, 'wrap'), Buffer.from(wrapped.wrappedKey, 'base64url'), `data-key:${subjectId}`);
  }

  /** Seals something that belongs to no one person and lives shortly (a stored answer). `ringKeyId.base64url`. */
  sealForSystem(text: string, context: string): string {
    const sealed = encrypt(this.#derived(this.#first, 'system'), Buffer.from(text), context);
    return `${this.#first.id}.${sealed.toString('base64url')}`;
  }

  openForSystem(sealed: string, context: string): string {
    const [id = '', body = ''] = sealed.split('.');
    return decrypt(this.#derived(this.#byId(id), 'system'), Buffer.from(body, 'base64url'), context).toString();
  }

  /**
   * HMAC-SHA256 (128 bits kept) of a normalised value, for equality search and for fingerprints. Its key is apart from the
   * ring: rotating the ring leaves indexes as they are.
   */
  blindIndex(field: string, value: string): string {
    return createHmac('sha256', keyOf(this.#indexKey))
      .update(`${field}\0${value}`)
      .digest()
      .subarray(0, 16)
      .toString('base64url');
  }

  get #first(): RingKey {
    const [first] = this.#keys;
    if (!first) throw new Error('a key ring needs a key');
    return first;
  }

  #byId(id: string): RingKey {
    const found = this.#keys.find((key) => key.id === id);
    if (!found) throw new Error(`the key ring has no key named ${id}`);
    return found;
  }

  #derived(key: RingKey, purpose: string): Buffer {
    const name = `${key.id}:${purpose}`;
    const known = this.#derivedKeys.get(name);
    if (known) return known;
    const derived = Buffer.from(hkdfSync('sha256', key.material, Buffer.alloc(0), `guildhall:${purpose}`, 32));
    this.#derivedKeys.set(name, derived);
    return derived;
  }
}
