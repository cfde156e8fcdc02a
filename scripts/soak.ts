// The proofs in their long form: more rounds, longer outages. Figures are printed and written to docs/soak.md.
import { spawn } from 'node:child_process';

const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, GUILDHALL_SOAK: '1' },
});
child.once('close', (code) => {
  process.exitCode = code ?? 1;
});
