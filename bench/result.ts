import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';

/** One measured figure. `budget` is what design asks for, in the same unit; `ok` whether it holds. */
export interface Figure {
  what: string;
  value: number;
  unit: string;
  budget?: string;
  ok?: boolean;
}

export interface BenchResult {
  name: string;
  figures: Figure[];
  /** How it was measured, in a sentence or two. */
  how: string;
}

const machine = () => {
  const [cpu] = cpus();
  return `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
};

/** Prints the table and keeps it as `bench/results/NAME.json`. */
export async function report(result: BenchResult): Promise<void> {
  console.log(`\n${result.name}: ${result.how}`);
  console.table(
    result.figures.map(({ what, value, unit, budget, ok }) => ({
      what,
      value: `${round(value).toLocaleString('en')} ${unit}`.trim(),
      budget: budget ?? '',
      '': ok === undefined ? '' : ok ? 'holds' : 'MISSED',
    })),
  );
  const directory = new URL('./results/', import.meta.url);
  await mkdir(directory, { recursive: true });
  const kept = { ...result, machine: machine(), at: new Date().toISOString() };
  await writeFile(new URL(`${result.name}.json`, directory), `${JSON.stringify(kept, null, 2)}\n`);
}

const round = (value: number) => (Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100);

/** The value below which `share` of them lie. Sorts a copy. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
