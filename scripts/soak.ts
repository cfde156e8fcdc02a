// The proofs in their long form: hundreds of rounds where the test command runs a few. `rounds()` in test/soak.ts says how many.
import { spawn } from 'node:child_process';

// The proofs that have a long form; others named on the command line run as they are.
const proofs = ['server/events/ordering.test.ts', 'server/gateway/fuzz.test.ts'];
const wanted = process.argv.slice(2);

const child = spawn(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', ...(wanted.length > 0 ? wanted : proofs)],
  {
    stdio: 'inherit',
    env: { ...process.env, GUILDHALL_SOAK: '1' },
  },
);
child.once('close', (code) => {
  process.exitCode = code ?? 1;
});
