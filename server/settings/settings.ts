import { z } from 'zod';

/** What a demo may leave out. A real installation says it: members would get links to localhost, from nobody. */
const demoDefaults = {
  GUILDHALL_URL: 'http://localhost:3000',
  DATABASE_URL: 'postgres://guildhall:guildhall@localhost:5432/guildhall',
  MAIL_FROM: 'Guildhall <no-reply@guildhall.test>',
};

const url = (...protocols: string[]) =>
  z.string().refine(
    (value) => {
      try {
        return protocols.includes(new URL(value).protocol.replace(':', ''));
      } catch {
        return false;
      }
    },
    `must be a URL with ${protocols.map((p) => `${p}://`).join(' or ')}`,
  );

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));

/** A key of 32 bytes, base64. */
const key = z
  .string()
  .refine(
    (value) => Buffer.from(value, 'base64').length === 32,
    'must be 32 bytes in base64 (openssl rand -base64 32)',
  );

/** `id:base64,id:base64`: the first key seals, all of them open. */
const keyRing = z.string().transform((value, context) => {
  const keys = value.split(',').map((entry) => {
    const [id = '', material = ''] = entry.trim().split(':');
    return { id, material: Buffer.from(material, 'base64') };
  });
  if (keys.some((entry) => !/^[a-z0-9-]{1,16}$/.test(entry.id) || entry.material.length !== 32)) {
    context.addIssue('must be id:key pairs, comma-separated, each key 32 bytes in base64');
    return z.NEVER;
  }
  return keys;
});

const schema = z.object({
  GUILDHALL_MODE: z.enum(['demo', 'production']).default('production'),
  GUILDHALL_URL: url('http', 'https'),
  GUILDHALL_ORGANISATION: z.string().min(1).default('Guildhall Institute'),
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z.string().default('0.0.0.0'),
  TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((value) =>
      value
        .split(',')
        .map((entry) => entry.trim())
        .filter(Boolean),
    ),
  DATABASE_URL: url('postgres', 'postgresql'),
  DATABASE_POOL: wholeNumber(1, 200).default(20),
  REDIS_URL: url('redis', 'rediss').optional(),
  KEY_RING: keyRing,
  INDEX_KEY: key,
  AUTH_SECRET: z.string().min(32, 'must have at least 32 characters (openssl rand -base64 32)'),
  LEGACY_DATABASE_URL: url('mysql', 'postgres', 'postgresql'),
  CRM_URL: url('http', 'https').default('https://api.hubapi.com'),
  CRM_ACCESS_TOKEN: z.string().min(1),
  SMTP_URL: url('smtp', 'smtps'),
  MAIL_FROM: z.string().min(3),
  STRIPE_SECRET_KEY: z.string().min(1).optional(),
  STRIPE_PUBLISHABLE_KEY: z.string().min(1).optional(),
  STRIPE_WEBHOOK_SECRET: z.string().min(1).optional(),
  STRIPE_API_BASE: url('http', 'https').default('https://api.stripe.com'),
  STRIPE_FRAME_URL: url('http', 'https').optional(),
  PARTNER_TIMEOUT_MS: wholeNumber(100, 120_000).default(10_000),
  JOIN_LIMIT_PER_ADDRESS: wholeNumber(1, 1_000_000).default(20),
  JOIN_LIMIT_PER_EMAIL: wholeNumber(1, 1_000_000).default(5),
  REQUESTS_PER_MINUTE: wholeNumber(1, 10_000_000).default(1_200),
  SHUTDOWN_GRACE_MS: wholeNumber(0, 120_000).default(10_000),
  WORKER_METRICS_PORT: wholeNumber(0, 65_535).optional(),
  WORKER_METRICS_HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url('http', 'https').optional(),
});

const paymentKeys = ['STRIPE_SECRET_KEY', 'STRIPE_PUBLISHABLE_KEY', 'STRIPE_WEBHOOK_SECRET'] as const;

/** Some of the keys without the others would take payments and not hear of them. */
const complete = schema.superRefine((settings, context) => {
  const missing = paymentKeys.filter((name) => settings[name] === undefined);
  if (missing.length === paymentKeys.length) return;
  for (const name of missing) context.addIssue({ code: 'custom', path: [name], message: 'is missing' });
});

export type Settings = z.output<typeof schema>;

export class SettingsError extends Error {}

/**
 * Reads and checks the settings. Empty strings count as not set.
 * @throws SettingsError one line that names every missing or wrong setting; values are never repeated, they may be secrets.
 */
export function readSettings(env: Record<string, string | undefined> = process.env): Settings {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = complete.safeParse(present.GUILDHALL_MODE === 'demo' ? { ...demoDefaults, ...present } : present);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = issue.path.join('.');
    return present[name] === undefined ? `${name} is missing` : `${name} ${lowerFirst(issue.message)}`;
  });
  throw new SettingsError(`Guildhall cannot start: ${problems.join('; ')}. See .env.example.`);
}

/** The names of all settings, for the test that keeps `.env.example` complete. */
export const settingNames = Object.keys(schema.shape);

/** Variables that belong to the runtime and its libraries rather than to Guildhall. */
export const isDevelopment = () => process.env.NODE_ENV === 'development';

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
