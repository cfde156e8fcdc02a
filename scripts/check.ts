// Formatting, lint, types, architecture, unused code: everything that needs no database.
import { runSteps } from './steps.ts';

const node = process.execPath;
const bin = (path: string, ...args: string[]) => [node, `node_modules/${path}`, ...args];

export const checks = [
  { name: 'format and lint', command: bin('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.') },
  { name: 'route types', command: bin('next/dist/bin/next', 'typegen') },
  { name: 'types', command: bin('typescript/bin/tsc', '--noEmit', '-p', '.') },
  {
    name: 'architecture',
    command: bin(
      'dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      'app',
      'components',
      'server',
      'jobs',
      'db',
      'sandbox',
      'scripts',
    ),
  },
  { name: 'unused code', command: bin('knip/bin/knip.js') },
];

if (import.meta.main) {
  const { failed } = await runSteps(checks);
  process.exitCode = failed > 0 ? 1 : 0;
}
