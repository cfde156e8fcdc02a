// Writes the figures of bench/results into the README, between its markers. Run after `npm run bench`.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import type { BenchResult } from './result.ts';

type Kept = BenchResult & { machine: string; at: string };

const results = new URL('./results/', import.meta.url);
const readme = new URL('../README.md', import.meta.url);

const figure = (value: number) =>
  (Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100).toLocaleString('en');

const files = (await readdir(results)).filter((name) => name.endsWith('.json')).sort();
const all = await Promise.all(
  files.map(async (name) => JSON.parse(await readFile(new URL(name, results), 'utf8')) as Kept),
);
const rows = all.flatMap((result) =>
  result.figures
    .filter((one) => one.budget)
    .map((one) => {
      const holds = one.ok === undefined ? '' : one.ok ? 'holds' : 'missed';
      return `| ${result.name} | ${one.what} | ${figure(one.value)} ${one.unit} | ${one.budget} | ${holds} |`;
    }),
);
const machines = [...new Set(all.map((result) => result.machine))].join('; ');
const text = [
  `Measured on ${machines}, everything on the one machine. \`npm run bench -- NAME\` measures again, \`node bench/figures.ts\` writes this table; all figures are in \`bench/results\`.`,
  '',
  '| bench | what | measured | budget | |',
  '|---|---|---|---|---|',
  ...rows,
].join('\n');

const before = await readFile(readme, 'utf8');
await writeFile(
  readme,
  before.replace(/(<!-- figures -->)[\s\S]*(<!-- \/figures -->)/, (_, open, close) => `${open}\n${text}\n${close}`),
);
