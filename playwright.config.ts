import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';

// The config is read by every worker; the folder is made once, by the first.
process.env.E2E_DATA_DIR ??= mkdtempSync(join(tmpdir(), 'guildhall-e2e-'));
process.env.E2E_PORT ??= '3970';
const port = Number(process.env.E2E_PORT);

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  fullyParallel: false,
  workers: 1,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  globalTeardown: './e2e/teardown.ts',
  use: {
    baseURL: `http://localhost:${port}`,
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
    },
    locale: 'en-GB',
    timezoneId: 'UTC',
  },
  webServer: {
    command: `${process.execPath} scripts/demo.ts --port ${port} --members 300`,
    env: { GUILDHALL_DATA_DIR: process.env.E2E_DATA_DIR, LOG_LEVEL: 'warn', SANDBOX_HTTP_PORT: String(port + 1) },
    // The demo says so itself, when everything answers.
    wait: { stdout: /ready: http/ },
    timeout: 240_000,
    stdout: 'ignore',
    gracefulShutdown: { signal: 'SIGTERM', timeout: 20_000 },
  },
});
