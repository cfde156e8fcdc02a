import { AsyncLocalStorage } from 'node:async_hooks';

// Next bundles this module once more for its routes: the storage has to be the same one that the server filled.
const slot = Symbol.for('guildhall.access.client-address');
const store = globalThis as typeof globalThis & { [slot]?: AsyncLocalStorage<string | null> };

function storage(): AsyncLocalStorage<string | null> {
  store[slot] ??= new AsyncLocalStorage();
  return store[slot];
}

/** Runs `work` with the caller's address at hand. The server does this around Next, which would believe a forged header. */
export const withClientAddress = <T>(address: string | null, work: () => T): T => storage().run(address, work);

/** The address that the server saw, or null under a host that did not say. */
export const clientAddress = (): string | null => storage().getStore() ?? null;
