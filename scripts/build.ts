import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const sources = [
  'app',
  'components',
  'server',
  'db',
  'public',
  'next.config.ts',
  'package-lock.json',
  'proxy.ts',
  'tsconfig.json',
];
const stamp = '.next/guildhall-sources';

/** Builds the pages if their sources are not those of the last build. @throws Error when the build fails. */
export function buildIfNeeded(): void {
  const hash = hashOf(sources);
  if (existsSync('.next/BUILD_ID') && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  console.log('Building the pages (once) …');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['node_modules/next/dist/bin/next', 'build'], {
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
  });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}\n${stderr}`);
  writeFileSync(stamp, hash);
}

function hashOf(paths: string[]): string {
  const hash = createHash('sha256');
  for (const path of paths
    .filter((one) => existsSync(one))
    .flatMap(filesBelow)
    .sort()) {
    if (!/\.test\.tsx?$/.test(path)) hash.update(path).update(readFileSync(path));
  }
  return hash.digest('hex');
}

function filesBelow(path: string): string[] {
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
