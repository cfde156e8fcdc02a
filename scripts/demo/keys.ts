import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** The demo's own secrets: made once, kept beside its data, readable by their owner only. */
export function demoKeys(file: string): Record<'KEY_RING' | 'INDEX_KEY' | 'AUTH_SECRET', string> {
  if (!existsSync(file)) {
    const key = () => randomBytes(32).toString('base64');
    const keys = { KEY_RING: `demo-1:${key()}`, INDEX_KEY: key(), AUTH_SECRET: key() };
    writeFileSync(file, JSON.stringify(keys, null, 2), { mode: 0o600 });
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}
