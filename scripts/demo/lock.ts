import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** Keeps two demos from running on one data folder. @throws Error when another one is running there. */
export function takeLock(file: string): () => void {
  const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : Number.NaN;
  if (Number.isInteger(holder) && isAlive(holder)) {
    throw new Error(`a demo runs on this data folder already (process ${holder}); set GUILDHALL_DATA_DIR for another`);
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
