import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const lock = '{"lockfileVersion": 3}';
const hash = createHash('sha256').update(lock).digest('hex');

interface Checkout {
  folder: string;
  /** What `npm` was called with; null when it was not. */
  npmCall(): string | null;
  stamp(): string | null;
  launch(...args: string[]): ChildProcess;
}

/** A checkout with the launcher in it, a command that is `script`, and an `npm` that notes its call and ends with `npmCode`. */
function aCheckout(options: { script: string; stamp?: string; npmCode?: number }): Checkout {
  const folder = mkdtempSync(join(tmpdir(), 'guildhall-launch-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const one of ['node_modules/node/bin', 'scripts', 'bin']) mkdirSync(join(folder, one), { recursive: true });
  copyFileSync(new URL('./launch.mjs', import.meta.url), join(folder, 'launch.mjs'));
  symlinkSync(process.execPath, join(folder, 'node_modules/node/bin/node'));
  writeFileSync(join(folder, 'package-lock.json'), lock);
  writeFileSync(join(folder, 'scripts/demo.ts'), options.script);
  const stamp = join(folder, 'node_modules/.guildhall-lock');
  if (options.stamp !== undefined) writeFileSync(stamp, options.stamp);
  const npm = join(folder, 'bin/npm');
  writeFileSync(npm, `#!/bin/sh\necho "$@" > ${folder}/npm-call\nexit ${options.npmCode ?? 0}\n`);
  chmodSync(npm, 0o755);
  const read = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8') : null);
  return {
    folder,
    npmCall: () => read(join(folder, 'npm-call')),
    stamp: () => read(stamp),
    launch: (...args) =>
      spawn(process.execPath, [join(folder, 'launch.mjs'), ...args], {
        env: { NODE_ENV: 'test', PATH: `${join(folder, 'bin')}:/usr/bin:/bin` },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
  };
}

async function ended(child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> {
  const text = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => {
    text.out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    text.err += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...text };
}

const spoken = (child: ChildProcess) => new Promise((resolve) => child.stdout?.once('data', resolve));

test('nothing is installed while the lock file is the one last installed; arguments and exit code are passed on', async () => {
  const checkout = aCheckout({
    script: 'console.log(process.argv.slice(2).join(" ")); process.exit(7);',
    stamp: hash,
  });
  expect(await ended(checkout.launch('demo', '--port', '4000'))).toEqual({ code: 7, out: '--port 4000\n', err: '' });
  expect(checkout.npmCall()).toBeNull();
});

test.each([
  ['another', 'of-another-lock-file'],
  ['no', undefined],
])('with %s stamp it installs, once', async (_, stamp) => {
  const checkout = aCheckout({ script: '', ...(stamp === undefined ? {} : { stamp }) });
  expect((await ended(checkout.launch('demo'))).code).toBe(0);
  expect(checkout.npmCall()).toMatch(/^install --no-save /);
  expect(checkout.stamp()).toBe(hash);
  rmSync(join(checkout.folder, 'npm-call'));
  expect((await ended(checkout.launch('demo'))).code).toBe(0);
  expect(checkout.npmCall()).toBeNull();
});

test('when installing fails the command does not run, and the next start tries again', async () => {
  const checkout = aCheckout({ script: 'console.log("ran")', npmCode: 3 });
  const { code, out, err } = await ended(checkout.launch('demo'));
  expect([code, out, err]).toEqual([
    3,
    expect.not.stringContaining('ran'),
    expect.stringContaining('Installing failed'),
  ]);
  expect(checkout.stamp()).toBeNull();
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s reaches the command, whose answer counts', async (signal) => {
  const script = `process.on('${signal}', () => process.exit(9)); setInterval(() => {}, 1000); console.log('up');`;
  const child = aCheckout({ script, stamp: hash }).launch('demo');
  const end = ended(child);
  await spoken(child);
  child.kill(signal);
  expect((await end).code).toBe(9);
});

test('a command that a signal ends is reported as shells do', async () => {
  const child = aCheckout({ script: 'setInterval(() => {}, 1000); console.log("up");', stamp: hash }).launch('demo');
  const end = ended(child);
  await spoken(child);
  child.kill('SIGINT');
  expect((await end).code).toBe(130);
});

test('a command that is none is answered with those that are, and nothing is installed', async () => {
  const checkout = aCheckout({ script: '' });
  for (const args of [[], ['toString'], ['nonsense']]) {
    const { code, err } = await ended(checkout.launch(...args));
    expect([code, err]).toEqual([2, expect.stringMatching(/^usage: npm run demo \| test/)]);
  }
  expect(checkout.npmCall()).toBeNull();
});
