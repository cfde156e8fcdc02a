import { prepareAddressKeys } from '#server/audit/address.ts';
import type { App } from '#server/context/app.ts';
import { listenForDestroyedKeys } from '#server/crypto/destroyed-keys.ts';
import { refuseDemoAccess } from './demo.ts';

/**
 * What every process does before it serves: refuses demo access in production, hears of destroyed keys, makes the day's
 * shared keys. @throws Error with one clear line
 */
export async function startAccess(app: App): Promise<void> {
  await refuseDemoAccess(app);
  await listenForDestroyedKeys(app);
  await prepareAddressKeys(app);
}
