import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A program that some tests need and npm does not bring. */
export interface SystemPackage {
  program: string;
  debian: string;
  neededFor: string;
}

export const chromium: SystemPackage = { program: '/usr/bin/chromium', debian: 'chromium', neededFor: 'browser tests' };
const legacyContract = 'the legacy contract on MariaDB';
export const mariadb: SystemPackage[] = [
  { program: '/usr/sbin/mariadbd', debian: 'mariadb-server-core', neededFor: legacyContract },
  // Setting up a data folder calls a program that is packed with the client.
  { program: '/usr/bin/my_print_defaults', debian: 'mariadb-client-core', neededFor: legacyContract },
];
export const redis: SystemPackage = {
  program: '/usr/bin/redis-server',
  debian: 'redis-server',
  neededFor: 'cache and limits in Redis',
};

/** Installs what is missing where that is allowed. Gives what is still missing. */
export function installPackages(wanted: SystemPackage[]): SystemPackage[] {
  const missing = wanted.filter((one) => !existsSync(one.program));
  if (missing.length === 0) return [];
  console.log(`Installing ${missing.map((one) => one.debian).join(', ')} (once) …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const run = (...args: string[]) => {
    const [command = '', ...rest] = [...asRoot, ...args];
    return spawnSync(command, rest, { env, stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' });
  };
  run('apt-get', 'update', '-qq');
  const { status, stderr } = run(
    'apt-get',
    'install',
    '-y',
    '-qq',
    '--no-install-recommends',
    ...missing.map((one) => one.debian),
    'fonts-liberation',
  );
  if (status !== 0) console.log(stderr?.trim() || 'apt-get is not to be had here');
  return missing.filter((one) => !existsSync(one.program));
}
