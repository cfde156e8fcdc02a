import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';

export interface BenchResult {
  name: string;
  at: string;
  machine: string;
  rows: Array<Record<string, string | number>>;
  /** What was promised, what was measured, and whether it holds. */
  budgets: Array<{ what: string; budget: string; measured: string; met: boolean }>;
}

export const machine = () =>
  `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;

/** Prints a measurement and keeps it in `bench/results`. */
export async function report(result: BenchResult): Promise<BenchResult> {
  console.log(`\n${result.name} on ${result.machine}`);
  console.table(result.rows);
  console.table(result.budgets);
  const folder = new URL('./results/', import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL(`${result.name}.json`, folder), `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

/** A quantile of numbers in ascending order. */
export const quantile = (sorted: readonly number[], q: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
