import { defineConfig } from 'drizzle-kit';

// db/schema/events.ts is left out: partitions, functions and their tables are written by hand in a migration of their own.
export default defineConfig({
  dialect: 'postgresql',
  casing: 'snake_case',
  schema: ['access', 'crypto', 'gateway', 'integrations', 'members'].map((name) => `./db/schema/${name}.ts`),
  out: './db/migrations',
});
