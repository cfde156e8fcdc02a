import { rm } from 'node:fs/promises';

export default async function teardown(): Promise<void> {
  // The server that lived in it stops after this, on its own time; what it still writes is thrown away with the machine's.
  if (process.env.E2E_KEEP) return;
  await rm(process.env.E2E_DATA_DIR ?? '', { recursive: true, force: true }).catch(() => {});
}
