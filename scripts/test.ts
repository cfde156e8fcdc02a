// All tests, in the order in which they are cheapest to fail. Ends with `N passed, N failed` or `N passed, N failed, N skipped`.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildIfNeeded } from './build.ts';
import { checks } from './check.ts';
import { chromium, installPackages, mariadb, redis } from './packages.ts';
import { runSteps } from './steps.ts';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const reports = mkdtempSync(join(tmpdir(), 'guildhall-reports-'));
const total: Counts = { passed: 0, failed: 0, skipped: 0 };

const add = (counts: Counts) => {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
};

for (const missing of installPackages([chromium, ...mariadb, redis])) {
  console.log(`skipped: needs ${missing.debian} (${missing.neededFor})`);
  // With CI=true nothing may be left out quietly.
  add(process.env.CI ? { passed: 0, failed: 1, skipped: 0 } : { passed: 0, failed: 0, skipped: 1 });
}

const checked = await runSteps(checks);
add({ passed: checked.passed, failed: checked.failed, skipped: 0 });
add(await unitTests());
add(await browserTests());
rmSync(reports, { recursive: true, force: true });

const { passed, failed, skipped } = total;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;

async function unitTests(): Promise<Counts> {
  const file = join(reports, 'vitest.json');
  const code = await run([
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=dot',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  const report = readReport(file) as {
    numPassedTests?: number;
    numFailedTests?: number;
    numPendingTests?: number;
  } | null;
  // A suite that fails before its first test counts nothing: the exit code does.
  const failed = Math.max(report?.numFailedTests ?? 0, code === 0 ? 0 : 1);
  return { passed: report?.numPassedTests ?? 0, failed, skipped: report?.numPendingTests ?? 0 };
}

async function browserTests(): Promise<Counts> {
  try {
    buildIfNeeded();
  } catch (error) {
    console.log(error instanceof Error ? error.message : String(error));
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const file = join(reports, 'playwright.json');
  const code = await run(['node_modules/@playwright/test/cli.js', 'test', '--reporter=dot,json'], {
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  });
  const stats = (
    readReport(file) as { stats?: { expected: number; unexpected: number; flaky: number; skipped: number } } | null
  )?.stats;
  // A flaky test is a bug.
  const failed = Math.max((stats?.unexpected ?? 0) + (stats?.flaky ?? 0), code === 0 ? 0 : 1);
  return { passed: stats?.expected ?? 0, failed, skipped: stats?.skipped ?? 0 };
}

function readReport(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function run(args: string[], env: Record<string, string> = {}): Promise<number | null> {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
}
