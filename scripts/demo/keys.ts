import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

export type DemoKeys = Record<
  'KEY_RING' | 'INDEX_KEY' | 'AUTH_SECRET' | 'STRIPE_SECRET_KEY' | 'STRIPE_PUBLISHABLE_KEY' | 'STRIPE_WEBHOOK_SECRET',
  string
>;

/** The demo's own secrets: made once, kept beside its data, readable by their owner only. Those of a later version are added. */
export function demoKeys(file: string): DemoKeys {
  const kept: Partial<DemoKeys> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const keys = { ...newKeys(), ...kept };
  writeFileSync(file, JSON.stringify(keys, null, 2), { mode: 0o600 });
  return keys;
}

function newKeys(): DemoKeys {
  const key = () => randomBytes(32).toString('base64');
  const word = () => randomBytes(24).toString('hex');
  return {
    KEY_RING: `demo-1:${key()}`,
    INDEX_KEY: key(),
    AUTH_SECRET: key(),
    STRIPE_SECRET_KEY: `sk_test_${word()}`,
    STRIPE_PUBLISHABLE_KEY: `pk_test_${word()}`,
    STRIPE_WEBHOOK_SECRET: `whsec_${word()}`,
  };
}
