import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Running {
  name: string;
  child: ChildProcess;
  exited: Promise<number | null>;
}

/** Starts one of Guildhall's processes under this Node. Its log lines go to `log`, or to this process's own output. */
export function start(
  name: string,
  entry: string,
  env: Record<string, string>,
  options: { quiet?: boolean; onLine?: (line: string) => void } = {},
): Running {
  const child = spawn(process.execPath, [entry], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    options.onLine?.(line);
    if (!options.quiet) console.log(line);
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return { name, child, exited };
}

/** As `start`; and whoever is killed is started again. One that ends by itself is not: it would again. */
export function keepRunning(...started: Parameters<typeof start>): Running {
  const { promise: exited, resolve } = Promise.withResolvers<number | null>();
  const kept: Running = { ...start(...started), exited };
  const follow = () =>
    kept.child.once('exit', (code, signal) => {
      if (signal !== 'SIGKILL') return resolve(code);
      kept.child = start(...started).child;
      follow();
    });
  follow();
  return kept;
}

/** Asks the processes to stop, all at once, and waits for them. */
export async function stop(running: Running[]): Promise<void> {
  for (const { child } of running) child.kill('SIGTERM');
  await Promise.all(running.map((one) => one.exited));
}

/** Asks `url` until it answers 200. @throws Error when `until` says so, or after the time. */
export async function waitForAnswer(url: string, timeoutMs: number, failed: () => string | null): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let last = 'nothing listens there';
  for (;;) {
    const reason = failed();
    if (reason) throw new Error(reason);
    try {
      const response = await fetch(url);
      if (response.ok) return await response.body?.cancel();
      last = `${response.status} ${(await response.text()).slice(0, 300)}`;
    } catch {
      // Not listening yet.
    }
    if (Date.now() > deadline) throw new Error(`${url} was not ready within ${timeoutMs / 1000} s: ${last}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
