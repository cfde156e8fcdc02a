import { parseArgs } from 'node:util';

export interface DemoOptions {
  port: number;
  members: number;
  fresh: boolean;
  dataDirectory: string;
  /** Someone else's Postgres instead of the embedded one. */
  databaseUrl: string | null;
}

/** From `npm run demo -- …` and the environment. @throws Error with one line that says what is wrong. */
export function demoOptions(argv: string[], env: Record<string, string | undefined>): DemoOptions {
  const { values } = parseArgs({
    args: argv,
    options: { fresh: { type: 'boolean', default: false }, members: { type: 'string' }, port: { type: 'string' } },
  });
  if (values.fresh && env.DATABASE_URL) {
    throw new Error(
      '--fresh forgets only what the demo keeps itself: empty the database of DATABASE_URL, or leave --fresh out',
    );
  }
  return {
    port: wholeNumber('--port', values.port ?? env.PORT ?? '3000', 1, 65_535),
    members: wholeNumber('--members', values.members ?? '2000', 0, 5_000_000),
    fresh: values.fresh,
    dataDirectory: env.GUILDHALL_DATA_DIR || '.data',
    databaseUrl: env.DATABASE_URL || null,
  };
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new Error(`${name} must be a whole number from ${min} to ${max}`);
  }
  return value;
}
