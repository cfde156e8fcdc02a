import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keepRunning, stop } from './processes.ts';

test('who is killed is started again, who is asked to stop is not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'processes-'));
  const entry = join(folder, 'entry.mjs');
  writeFileSync(entry, 'console.log(process.pid); setInterval(() => {}, 1_000);');
  const pids: number[] = [];
  const kept = keepRunning('kept', entry, {}, { quiet: true, onLine: (line) => pids.push(Number(line)) });
  try {
    await expect.poll(() => pids.length, { timeout: 10_000 }).toBe(1);
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await expect.poll(() => pids.length, { timeout: 10_000 }).toBe(2);
    expect(kept.child.pid).toBe(pids[1]);
  } finally {
    await stop([kept]);
    rmSync(folder, { recursive: true });
  }
  expect(pids).toHaveLength(2);
});
