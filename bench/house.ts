import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type EmbeddedCluster, removeCluster, startEmbedded } from '#db/embedded.ts';
import { migrateDatabase } from '#db/migrate.ts';
import { type App, createApp } from '#server/context/app.ts';
import { connectCrm } from '#server/integrations/crm/index.ts';
import { connectLegacy } from '#server/integrations/legacy/index.ts';
import { readSettings } from '#server/settings/settings.ts';
import { benchEnvironment } from './append.cluster.ts';

type Environment = ReturnType<typeof benchEnvironment> & Record<string, string>;

interface SandboxUrls {
  crm: string;
  smtp: string;
  gateway: string;
  legacyProxy: string;
}

const crmToken = 'bench';
const smtp = { user: 'bench', password: 'bench' };
const gateway = { secretKey: 'sk_test_guildhallBench', publishableKey: 'pk_test_guildhallBench' };

/**
 * A whole house on this machine: a database that waits for the disk, and every partner answering, in a process of their own.
 * `environment` is for processes that belong to it.
 */
export async function withHouse<T>(
  work: (app: App, environment: Environment) => Promise<T>,
  settings: Record<string, string> = {},
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'guildhall-bench-'));
  const cluster = await startEmbedded({ directory: join(directory, 'postgres'), durable: true });
  try {
    for (const name of ['guildhall', 'legacy']) await cluster.ensureDatabase(name);
    await migrateDatabase(cluster.urlOf('guildhall'));
    const sandbox = await startSandbox(cluster);
    const environment = { ...environmentOf(cluster, sandbox.urls), ...settings };
    const app = createApp(readSettings(environment), 'script');
    try {
      await installPartners(environment);
      return await work(app, environment);
    } finally {
      await app.close();
      await ended(sandbox.child);
    }
  } finally {
    await cluster.stop();
    await removeCluster(directory);
  }
}

/** Asks a process to end, and waits until it has. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

async function startSandbox(cluster: EmbeddedCluster): Promise<{ child: ChildProcess; urls: SandboxUrls }> {
  const child = spawn(process.execPath, [new URL('../sandbox/main.ts', import.meta.url).pathname], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      SANDBOX_DATA_DIR: ':memory:',
      SANDBOX_LEGACY_UPSTREAM: `127.0.0.1:${cluster.port}`,
      SANDBOX_CRM_TOKEN: crmToken,
      SANDBOX_SMTP_USER: smtp.user,
      SANDBOX_SMTP_PASSWORD: smtp.password,
      // What a CRM allows in ten seconds is its own affair; here the house is measured.
      SANDBOX_CRM_INTERVAL_LIMIT: '1000000',
      SANDBOX_GATEWAY_SECRET_KEY: gateway.secretKey,
      SANDBOX_GATEWAY_PUBLISHABLE_KEY: gateway.publishableKey,
    },
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, urls: (JSON.parse(line) as { sandbox: SandboxUrls }).sandbox };
  }
  throw new Error('the sandbox did not start');
}

function environmentOf(cluster: EmbeddedCluster, urls: SandboxUrls): Environment {
  const legacy = new URL(cluster.urlOf('legacy'));
  const proxy = new URL(urls.legacyProxy);
  legacy.hostname = proxy.hostname;
  legacy.port = proxy.port;
  return {
    ...benchEnvironment(cluster.urlOf('guildhall')),
    LEGACY_DATABASE_URL: legacy.toString(),
    CRM_URL: urls.crm,
    CRM_ACCESS_TOKEN: crmToken,
    SMTP_URL: urls.smtp.replace('smtp://', `smtp://${smtp.user}:${smtp.password}@`),
    STRIPE_SECRET_KEY: gateway.secretKey,
    STRIPE_PUBLISHABLE_KEY: gateway.publishableKey,
    STRIPE_WEBHOOK_SECRET: 'whsec_bench',
    STRIPE_API_BASE: urls.gateway,
    PARTNER_TIMEOUT_MS: '10000',
    REQUESTS_PER_MINUTE: '1000000',
  };
}

async function installPartners(environment: Environment): Promise<void> {
  const legacy = connectLegacy(environment.LEGACY_DATABASE_URL, { timeoutMs: 30_000 });
  try {
    await legacy.install();
  } finally {
    await legacy.close();
  }
  await connectCrm({ baseUrl: environment.CRM_URL, accessToken: environment.CRM_ACCESS_TOKEN }).install();
}
