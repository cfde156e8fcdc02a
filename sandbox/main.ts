import { z } from 'zod';
import { startSandbox } from './start.ts';

const port = z.coerce.number().int().min(0).max(65_535).optional();
const environment = z.object({
  SANDBOX_DATA_DIR: z.string().min(1).default('.data/sandbox'),
  SANDBOX_HTTP_PORT: port,
  SANDBOX_SMTP_PORT: port,
  SANDBOX_CRM_PORT: port,
  SANDBOX_LEGACY_PROXY_PORT: port,
  SANDBOX_GATEWAY_PORT: port,
  /** `host:port` of the database behind the proxy. */
  SANDBOX_LEGACY_UPSTREAM: z
    .string()
    .regex(/^[^:\s]+:\d{1,5}$/, 'must be host:port')
    .optional(),
  SANDBOX_CRM_TOKEN: z.string().min(1).optional(),
  SANDBOX_CRM_INTERVAL_LIMIT: z.coerce.number().int().positive().optional(),
  SANDBOX_CRM_DAILY_LIMIT: z.coerce.number().int().positive().optional(),
  SANDBOX_SMTP_USER: z.string().min(1).optional(),
  SANDBOX_SMTP_PASSWORD: z.string().min(1).optional(),
  SANDBOX_GATEWAY_SECRET_KEY: z.string().min(1).optional(),
  SANDBOX_GATEWAY_PUBLISHABLE_KEY: z.string().min(1).optional(),
  /** An endpoint that is registered at the start, and what its webhooks are signed with. */
  SANDBOX_GATEWAY_WEBHOOK_URL: z.url().optional(),
  SANDBOX_GATEWAY_WEBHOOK_SECRET: z.string().min(1).optional(),
});

const read = environment.safeParse(process.env);
if (!read.success) {
  for (const issue of read.error.issues) console.error(`sandbox: ${issue.path.join('.')} ${issue.message}`);
  process.exit(2);
}
const given = read.data;
const [host = '', upstreamPort] = given.SANDBOX_LEGACY_UPSTREAM?.split(':') ?? [];

const sandbox = await startSandbox({
  dataDir: given.SANDBOX_DATA_DIR,
  ports: present({
    http: given.SANDBOX_HTTP_PORT,
    smtp: given.SANDBOX_SMTP_PORT,
    crm: given.SANDBOX_CRM_PORT,
    legacyProxy: given.SANDBOX_LEGACY_PROXY_PORT,
    gateway: given.SANDBOX_GATEWAY_PORT,
  }),
  ...(upstreamPort ? { legacyUpstream: { host, port: Number(upstreamPort) } } : {}),
  crm: {
    ...present({ token: given.SANDBOX_CRM_TOKEN }),
    limits: present({ interval: given.SANDBOX_CRM_INTERVAL_LIMIT, daily: given.SANDBOX_CRM_DAILY_LIMIT }),
  },
  gateway: present({
    secretKey: given.SANDBOX_GATEWAY_SECRET_KEY,
    publishableKey: given.SANDBOX_GATEWAY_PUBLISHABLE_KEY,
    webhook:
      given.SANDBOX_GATEWAY_WEBHOOK_URL && given.SANDBOX_GATEWAY_WEBHOOK_SECRET
        ? { url: given.SANDBOX_GATEWAY_WEBHOOK_URL, secret: given.SANDBOX_GATEWAY_WEBHOOK_SECRET }
        : undefined,
  }),
  mail: present({ user: given.SANDBOX_SMTP_USER, password: given.SANDBOX_SMTP_PASSWORD }),
}).catch((error: Error) => {
  console.error(`sandbox: cannot start: ${error.message}`);
  process.exit(1);
});

// The one line that whoever started us reads; everything else that is said goes to stderr.
console.log(JSON.stringify({ sandbox: sandbox.urls }));

let stopping = false;
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (stopping) process.exit(130);
    stopping = true;
    sandbox.close().then(() => process.exit(0));
  });
}

/** Without what is undefined, so that defaults stand. */
function present<T extends Record<string, unknown>>(all: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
