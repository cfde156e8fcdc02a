import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

/** The checker sees what it is there to see: a checker that finds no files finds no faults either. */

const root = new URL('..', import.meta.url).pathname;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function check(files: Record<string, string>): { status: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'guildhall-architecture-'));
  folders.push(folder);
  for (const file of ['.dependency-cruiser.cjs', 'package.json', 'tsconfig.json'])
    cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const cli = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const { status, stdout } = spawnSync(process.execPath, [cli, '--config', '.dependency-cruiser.cjs', '.'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, output: stdout };
}

const value = 'export const value = 1 satisfies number;\n';
const use = (path: string) => `import { value } from '${path}';\nexport const used: number = value;\n`;

test('an arrow in the right direction passes', () => {
  const { status, output } = check({ 'db/a.ts': value, 'server/members/b.ts': use('#db/a.ts') });
  expect(output).toContain('no dependency violations');
  expect(status).toBe(0);
});

test.each([
  ['server-knows-no-screens', { 'app/page.ts': value, 'server/members/b.ts': use('#app/page.ts') }],
  ['screens-know-no-database', { 'db/a.ts': value, 'components/b.tsx': use('#db/a.ts') }],
  ['database-knows-nobody', { 'server/context/a.ts': value, 'db/b.ts': use('#server/context/a.ts') }],
  ['nobody-knows-the-sandbox', { 'sandbox/a.ts': value, 'server/members/b.ts': use('#sandbox/a.ts') }],
  [
    'inner-files-stay-inside',
    { 'server/members/record.ts': value, 'server/audit/b.ts': use('#server/members/record.ts') },
  ],
  ['jobs-are-not-imported', { 'jobs/a.ts': value, 'server/members/b.ts': use('#jobs/a.ts') }],
  [
    'no-circular',
    {
      'server/members/a.ts': `${use('./b.ts')}${value}`,
      'server/members/b.ts': `import { used } from './a.ts';\nexport const value: number = used;\n`,
    },
  ],
] as const)('a planted violation of %s is found', (rule, files) => {
  const { status, output } = check(files);
  expect(output).toContain(rule);
  expect(status).not.toBe(0);
});

/** Imports and exports of a text that name something of the server without saying that it is a type. */
const valuesOfServer = (text: string) =>
  [...text.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from '(#server\/[^']+)'/gms)]
    .map(([, path]) => path)
    .filter((path = '') => !['#server/access/permissions.ts', '#server/payments/failure-codes.ts'].includes(path));

test('screens take types alone from the server', () => {
  const files = globSync('components/**/*.{ts,tsx}', { cwd: root, exclude: ['**/*.test.{ts,tsx}'] });
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => valuesOfServer(readFileSync(join(root, file), 'utf8')).length > 0)).toEqual([]);
  expect(valuesOfServer("import { shape } from '#server/members/shapes.ts';\n")).toHaveLength(1);
  expect(valuesOfServer("import type {\n  shape,\n} from '#server/members/shapes.ts';\n")).toHaveLength(0);
});
