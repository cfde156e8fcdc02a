import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect } from 'vitest';

const children = new Set<ChildProcess>();

// A process that is paused or hangs ends by nothing less.
afterEach(async () => {
  for (const child of children) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  children.clear();
});

/** A real process of ours on that database, ended after the test. */
export function startProcess(script: string, databaseUrl: string, settings: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [new URL(`../../${script}`, import.meta.url).pathname], {
    stdio: ['ignore', 'inherit', 'inherit'],
    // Nothing of this process's own environment: the type wants NODE_ENV said.
    env: {
      NODE_ENV: 'test',
      GUILDHALL_MODE: 'demo',
      KEY_RING: `test:${Buffer.alloc(32, 7).toString('base64')}`,
      INDEX_KEY: Buffer.alloc(32, 9).toString('base64'),
      AUTH_SECRET: 'a-secret-for-tests-that-is-long-enough',
      LEGACY_DATABASE_URL: 'postgres://nobody:nothing@127.0.0.1:9/legacy',
      CRM_URL: 'http://127.0.0.1:9',
      CRM_ACCESS_TOKEN: 'test-token',
      SMTP_URL: 'smtp://test:test@127.0.0.1:9',
      LOG_LEVEL: 'silent',
      DATABASE_POOL: '6',
      DATABASE_URL: databaseUrl,
      SHUTDOWN_GRACE_MS: '3000',
      ...settings,
    },
  });
  children.add(child);
  return child;
}

export async function kill(child: ChildProcess): Promise<void> {
  expect(child.kill('SIGKILL')).toBe(true);
  await once(child, 'exit');
}
