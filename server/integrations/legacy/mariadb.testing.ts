import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';

const server = '/usr/sbin/mariadbd';
const installer = '/usr/bin/mariadb-install-db';
const neededByInstaller = '/usr/bin/my_print_defaults';
const startLimitMs = 30_000;

export function mariadbInstalled(): boolean {
  return [server, installer, neededByInstaller].every((program) => existsSync(program));
}

export interface TestMariadb {
  /** mysql:// with the password of a user who may do everything in its one database. */
  url: string;
  port: number;
  /** Runs statements as the server's administrator, over the socket. */
  admin: (sql: string) => Promise<void>;
  stop: () => Promise<void>;
}

/** A private MariaDB in a folder of its own, without the machine's configuration, gone after `stop`. */
export async function startMariadb(): Promise<TestMariadb> {
  const directory = await mkdtemp(join(tmpdir(), 'guildhall-mariadb-'));
  const data = join(directory, 'data');
  const socketPath = join(directory, 'socket');
  // The server changes to its data folder's owner; tests often run as root, which it refuses unless told.
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  await promisify(execFile)(installer, [
    '--no-defaults',
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...user,
  ]);
  const port = await freePort();
  const process_ = spawn(
    server,
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${socketPath}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--pid-file=${join(directory, 'pid')}`,
      '--innodb-buffer-pool-size=32M',
      '--innodb-flush-log-at-trx-commit=0',
      ...user,
    ],
    { stdio: 'ignore' },
  );
  const admin = async (sql: string) => {
    const connection = await createConnection({ socketPath, user: 'root', multipleStatements: true });
    try {
      await connection.query(sql);
    } finally {
      await connection.end();
    }
  };
  await untilUp(process_, () => admin('SELECT 1'));
  await admin(`CREATE DATABASE legacy CHARACTER SET utf8mb4;
    CREATE USER 'guildhall'@'127.0.0.1' IDENTIFIED BY 'right-password';
    GRANT ALL ON legacy.* TO 'guildhall'@'127.0.0.1'`);
  return {
    url: `mysql://guildhall:right-password@127.0.0.1:${port}/legacy`,
    port,
    admin,
    stop: async () => {
      const ended = new Promise<void>((resolve) => process_.once('exit', () => resolve()));
      process_.kill('SIGKILL');
      if (process_.exitCode === null && process_.signalCode === null) await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function untilUp(server: ChildProcess, ping: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + startLimitMs;
  for (;;) {
    try {
      await ping();
      return;
    } catch (error) {
      if (server.exitCode !== null) throw new Error(`mariadbd ended with code ${server.exitCode}`, { cause: error });
      if (Date.now() > deadline) throw new Error('mariadbd did not accept connections in time', { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
