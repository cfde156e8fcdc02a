// Brings up Guildhall with everything around it, on this machine only. See docs/running.md.
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type EmbeddedCluster, startEmbedded } from '#db/embedded.ts';
import { migrateDatabase } from '#db/migrate.ts';
import { buildIfNeeded } from './build.ts';
import { fillDemo, letPeopleIn } from './demo/fill.ts';
import { type DemoKeys, demoKeys } from './demo/keys.ts';
import { takeLock } from './demo/lock.ts';
import { type DemoOptions, demoOptions } from './demo/options.ts';
import { keepRunning, type Running, start, stop, waitForAnswer } from './demo/processes.ts';

interface SandboxUrls {
  pages: string;
  crm: string;
  smtp: string;
  gateway: string;
  legacyProxy: string;
}

const sandboxAccess = { crmToken: 'guildhall-sandbox-token', smtp: 'guildhall:guildhall-sandbox' };

async function main(): Promise<void> {
  const options = demoOptions(process.argv.slice(2), process.env);
  const directory = resolve(options.dataDirectory);
  mkdirSync(directory, { recursive: true });
  const release = takeLock(join(directory, 'demo.pid'));
  // Under the lock: a demo that runs on this folder keeps its data.
  if (options.fresh) {
    for (const data of ['postgres', 'sandbox']) rmSync(join(directory, data), { recursive: true, force: true });
  }
  const running: Running[] = [];
  let cluster: EmbeddedCluster | null = null;
  let stopping: Promise<void> | null = null;

  const shutdown = async (code: number) => {
    // Web and worker first, for they still talk to the others; the database last.
    const [sandbox, ...ours] = running;
    await stop(ours);
    if (sandbox) await stop([sandbox]);
    await cluster?.stop();
    release();
    process.exit(code);
  };
  const onSignal = () => {
    if (stopping) {
      for (const one of running) one.child.kill('SIGKILL');
      release();
      process.exit(130);
    }
    console.log('Stopping …');
    stopping = shutdown(0);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);

  try {
    buildIfNeeded();
    cluster = options.databaseUrl
      ? null
      : await startEmbedded({ directory: join(directory, 'postgres'), durable: true });
    const databases = await prepareDatabases(options, cluster);
    const keys = demoKeys(join(directory, 'keys.json'));
    const sandboxUrls = await startSandbox(running, directory, options, databases.legacy, keys);
    const env = settingsOf(options, databases, sandboxUrls, keys);
    await fillDemo(env, {
      legacyUrl: databases.legacy,
      members: options.members,
      labelsFile: join(directory, 'planted-divergences.jsonl'),
    });
    running.push(keepRunning('worker', 'jobs/worker.ts', env), start('web', 'server/web.ts', env));
    const failed = () => {
      const dead = running.find((one) => one.child.exitCode !== null);
      return dead ? `${dead.name} stopped by itself` : null;
    };
    const address = `http://localhost:${options.port}`;
    await waitForAnswer(`${address}/api/ready`, 60_000, failed);
    await waitForAnswer(`${address}/signin`, 60_000, failed);
    await letPeopleIn(env);
    console.log(`sandbox: ${sandboxUrls.pages}`);
    console.log(`mailbox: ${sandboxUrls.pages}/mail`);
    console.log(`crm:     ${sandboxUrls.pages}/crm/contacts`);
    console.log(`gateway: ${sandboxUrls.pages}/gateway`);
    console.log(`console: ${address}/ops`);
    console.log(`ready: ${address}`);
    for (const one of running) void one.exited.then(() => stopping ?? unexpectedEnd(one));
  } catch (error) {
    if (stopping) return;
    console.error(`The demo could not start: ${error instanceof Error ? error.message : String(error)}`);
    await shutdown(1);
  }

  function unexpectedEnd(one: Running): void {
    console.error(`${one.name} stopped by itself.`);
    stopping = shutdown(1);
  }
}

interface Databases {
  main: string;
  /** The legacy database itself; Guildhall reaches it through the sandbox's proxy, so that it can be made to fail. */
  legacy: string;
}

async function prepareDatabases(options: DemoOptions, cluster: EmbeddedCluster | null): Promise<Databases> {
  const main = options.databaseUrl ?? cluster?.urlOf('guildhall') ?? '';
  const legacy = new URL(main);
  legacy.pathname = '/legacy';
  if (cluster) for (const name of ['guildhall', 'legacy']) await cluster.ensureDatabase(name);
  await migrateDatabase(main);
  return { main, legacy: legacy.toString() };
}

/** Its ports are any free ones unless the environment says `SANDBOX_…_PORT`: another demo may have the port next to ours. */
async function startSandbox(
  running: Running[],
  directory: string,
  options: DemoOptions,
  legacyUrl: string,
  keys: DemoKeys,
): Promise<SandboxUrls> {
  const upstream = new URL(legacyUrl);
  const { promise, resolve: announced, reject } = Promise.withResolvers<SandboxUrls>();
  const sandbox = start(
    'sandbox',
    'sandbox/main.ts',
    {
      SANDBOX_DATA_DIR: join(directory, 'sandbox'),
      SANDBOX_LEGACY_UPSTREAM: `${upstream.hostname}:${upstream.port || '5432'}`,
      SANDBOX_CRM_TOKEN: sandboxAccess.crmToken,
      SANDBOX_GATEWAY_SECRET_KEY: keys.STRIPE_SECRET_KEY,
      SANDBOX_GATEWAY_PUBLISHABLE_KEY: keys.STRIPE_PUBLISHABLE_KEY,
      SANDBOX_GATEWAY_WEBHOOK_URL: `http://localhost:${options.port}/api/v1/webhooks/stripe`,
      SANDBOX_GATEWAY_WEBHOOK_SECRET: keys.STRIPE_WEBHOOK_SECRET,
    },
    { quiet: true, onLine: (line) => line.startsWith('{"sandbox"') && announced(JSON.parse(line).sandbox) },
  );
  running.push(sandbox);
  void sandbox.exited.then(() => reject(new Error('the sandbox stopped by itself')));
  return promise;
}

function settingsOf(
  options: DemoOptions,
  databases: Databases,
  sandbox: SandboxUrls,
  keys: DemoKeys,
): Record<string, string> {
  const legacy = new URL(databases.legacy);
  const proxy = new URL(sandbox.legacyProxy);
  legacy.hostname = proxy.hostname;
  legacy.port = proxy.port;
  return {
    ...keys,
    NODE_ENV: 'production',
    GUILDHALL_MODE: 'demo',
    GUILDHALL_URL: `http://localhost:${options.port}`,
    GUILDHALL_ORGANISATION: 'Guildhall Institute',
    PORT: String(options.port),
    DATABASE_URL: databases.main,
    LEGACY_DATABASE_URL: legacy.toString(),
    CRM_URL: sandbox.crm,
    CRM_ACCESS_TOKEN: sandboxAccess.crmToken,
    STRIPE_API_BASE: sandbox.gateway,
    STRIPE_FRAME_URL: `${sandbox.gateway}/frame`,
    SMTP_URL: sandbox.smtp.replace('smtp://', `smtp://${sandboxAccess.smtp}@`),
    JOIN_LIMIT_PER_ADDRESS: '100000',
    JOIN_LIMIT_PER_EMAIL: '1000',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
  };
}

await main().catch((error) => {
  console.error(`The demo could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
