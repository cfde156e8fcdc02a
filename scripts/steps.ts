import { spawn } from 'node:child_process';

export interface Step {
  name: string;
  command: string[];
}

export interface StepResult {
  name: string;
  ok: boolean;
  seconds: number;
}

/** Runs steps one after the other, all of them, and says how each ended. What a step printed is shown when it failed. */
export async function runSteps(steps: Step[]): Promise<{ results: StepResult[]; passed: number; failed: number }> {
  const results: StepResult[] = [];
  for (const step of steps) {
    const started = performance.now();
    const { code, output } = await run(step.command);
    const seconds = (performance.now() - started) / 1000;
    const ok = code === 0;
    if (!ok) console.log(output);
    console.log(`${ok ? '✓' : '✗'} ${step.name} (${seconds.toFixed(1)} s)`);
    results.push({ name: step.name, ok, seconds });
  }
  const failed = results.filter((result) => !result.ok).length;
  return { results, passed: results.length - failed, failed };
}

function run([command = '', ...args]: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
