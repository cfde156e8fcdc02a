// The launcher: runs under whatever Node (20 or later) the machine has, needs no dependency, installs what is missing,
// then runs the command under the Node that the repository brings.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
const commands = {
  demo: ['scripts/demo.ts'],
  test: ['scripts/test.ts'],
  soak: ['scripts/soak.ts'],
  bench: ['bench/run.ts'],
  check: ['scripts/check.ts'],
  migrate: ['scripts/migrate.ts'],
  web: ['server/web.ts'],
  worker: ['jobs/worker.ts'],
  unit: ['node_modules/vitest/vitest.mjs', 'run'],
  e2e: ['node_modules/@playwright/test/cli.js', 'test'],
  format: ['node_modules/@biomejs/biome/bin/biome', 'check', '--write', '.'],
};

const [name, ...rest] = process.argv.slice(2);
if (!name || !Object.hasOwn(commands, name)) {
  console.error(`usage: npm run ${Object.keys(commands).join(' | ')}`);
  process.exit(2);
}

installIfNeeded();
const node = join(root, 'node_modules', 'node', 'bin', 'node');
// A group of its own: Ctrl-C reaches the child once, through us, and not a second time from the terminal.
const child = spawn(node, [...commands[name], ...rest], {
  cwd: root,
  stdio: 'inherit',
  detached: true,
  env: { ...process.env, PATH: `${dirname(node)}:${process.env.PATH}`, NEXT_TELEMETRY_DISABLED: '1' },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));

/** Installs when the lock file differs from the one last installed. */
function installIfNeeded() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.guildhall-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log('Installing dependencies (once) …');
  // Not `npm ci`: it refuses a lock file whose optional binaries for other platforms a registry mirror does not have.
  // With the lock file there `install` takes the same versions; `--no-save` leaves the lock file as it is.
  const { status } = spawnSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    // stdout belongs to the command; what npm says is not part of it.
    stdio: ['ignore', 2, 2],
    env: { ...process.env, NODE_ENV: '' },
  });
  if (status !== 0) {
    console.error('Installing failed: see above.');
    process.exit(status ?? 1);
  }
  writeFileSync(stamp, lock);
}
