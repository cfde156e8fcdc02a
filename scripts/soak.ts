// The proofs in their long form: hundreds of rounds where the test command runs a few. `rounds()` in test/soak.ts says how
// many. `npm run soak` runs every part, `npm run soak -- NAME …` those; what came of each goes to docs/soak.md.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

interface Part {
  files: string[];
  proves: string;
  /** A part that takes longer has failed. */
  minutes: number;
}

const parts: Record<string, Part> = {
  ordering: {
    files: ['server/events/ordering.test.ts'],
    proves: 'events: nothing lost or doubled, each stream in its order',
    minutes: 10,
  },
  queues: {
    files: ['jobs/worker.test.ts'],
    proves: 'jobs: killed workers, outages, dead letters',
    minutes: 5,
  },
  fuzz: {
    files: ['server/gateway/fuzz.test.ts'],
    proves: 'every route, whatever is sent: never a 5xx',
    minutes: 15,
  },
  ledger: {
    files: ['server/ledger/entries.test.ts', 'server/ledger/model.test.ts'],
    proves: 'the books balance, whatever is done at once',
    minutes: 15,
  },
  races: {
    files: ['server/checkout/races.test.ts'],
    proves:
      '500 orders whose browser and webhook finish at once: one order each, no stray refund; the last one of 100 products, 50 buyers each: one order; 30 requests with one key, 100 times: one charge',
    minutes: 45,
  },
  payments: {
    files: ['server/payments/payments.test.ts'],
    proves: '500 payments whose browser and webhook finish at once: completed and booked once',
    minutes: 30,
  },
  faults: {
    files: ['server/orders/faults.test.ts', 'server/orders/crash.test.ts'],
    proves:
      'every fault of the gateway at every call, 500 orders with all of them on, a worker killed at every boundary',
    minutes: 30,
  },
  loans: {
    files: ['server/loans/model.test.ts', 'server/loans/rules/annuity.test.ts'],
    proves: 'loans: what is owed is what was lent, to the unit, whatever is paid when',
    minutes: 15,
  },
};

const report = 'docs/soak.md';
const head = `# The long proofs

What \`npm run soak\` found when each part was last run; the part writes its own line. A part that takes longer than its limit
has failed.

| part | proves | limit | passed | failed | seconds | run | machine |
|---|---|---|---|---|---|---|---|
`;

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(', ')}. There are ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
for (const [name, part] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const { passed, failed, seconds } = await run(part);
  console.log(`${failed === 0 ? '✓' : '✗'} ${name}: ${passed} passed, ${failed} failed, ${seconds} s`);
  note(name, part, [passed, failed, seconds]);
  if (failed > 0) process.exitCode = 1;
}

async function run(part: Part): Promise<{ passed: number; failed: number; seconds: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'guildhall-soak-'));
  const file = join(folder, 'report.json');
  const started = performance.now();
  const child = spawn(
    process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      ...part.files,
      // A test that says nothing of its own has as long as its part.
      `--testTimeout=${part.minutes * 60_000}`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ],
    { stdio: 'inherit', env: { ...process.env, GUILDHALL_SOAK: '1' } },
  );
  const limit = setTimeout(() => child.kill('SIGTERM'), part.minutes * 60_000);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(limit);
  const counts = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as {
    numPassedTests?: number;
    numFailedTests?: number;
  };
  rmSync(folder, { recursive: true, force: true });
  return {
    passed: counts.numPassedTests ?? 0,
    // A suite that fails before its first test, or is cut off, counts nothing: the exit code does.
    failed: Math.max(counts.numFailedTests ?? 0, code === 0 ? 0 : 1),
    seconds: Math.round((performance.now() - started) / 1000),
  };
}

function note(name: string, part: Part, figures: number[]): void {
  const day = new Date().toISOString().slice(0, 10);
  const row = [name, part.proves, `${part.minutes} min`, ...figures, day, `${availableParallelism()} cores`];
  const text = existsSync(report) ? readFileSync(report, 'utf8') : head;
  const others = text.split('\n').filter((line) => line !== '' && !line.startsWith(`| ${name} |`));
  const rows = others.filter((line) => /^\| [a-z]+ \|/.test(line) && !line.startsWith('| part |'));
  writeFileSync(report, `${head}${[...rows, `| ${row.join(' | ')} |`].sort().join('\n')}\n`);
}
