import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** What the logger writes to standard output, for each of these arguments. */
function logged(code: string): string {
  const script = `
    import { createLogger } from '#server/telemetry/log.ts';
    const log = createLogger({ level: 'info', name: 'test' });
    ${code}`;
  const run = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], { encoding: 'utf8' });
  expect(run.stderr).toBe('');
  return run.stdout;
}

describe('log', () => {
  it('writes JSON lines with level, time and correlation id', () => {
    const line = JSON.parse(logged(`log.child({ correlationId: 'c-1' }).info({ status: 200 }, 'request');`));
    expect(line).toMatchObject({ level: 'info', name: 'test', correlationId: 'c-1', status: 200, msg: 'request' });
    expect(new Date(line.time).toISOString()).toBe(line.time);
  });

  it('hides what looks personal or secret, here and one level down', () => {
    const text = logged(`
      const all = { email: 'a@b.c', phone: '+49301', password: 'pw-1', token: 'tok-1' };
      log.info({ ...all, authorization: 'Bearer 1', cookie: 'sid=1', inner: all }, 'x');`);
    expect(text.match(/\[redacted\]/g)).toHaveLength(10);
    expect(text).not.toMatch(/a@b\.c|\+49301|pw-1|tok-1|Bearer|sid=1/);
  });

  it('writes errors without what drivers attach, and causes likewise', () => {
    const text = logged(`
      const cause = Object.assign(new Error('duplicate key'), { code: '23505', detail: 'Key (email)=(a@b.c)', parameters: ['a@b.c'] });
      const error = new Error("Failed query: insert\\nparams: a@b.c", { cause });
      log.error({ err: error }, 'x');
      log.error({ err: 'a@b.c' }, 'x');`);
    expect(text).not.toContain('a@b.c');
    expect(JSON.parse(text.split('\n')[0] ?? '').err).toMatchObject({
      message: 'Failed query',
      cause: { code: '23505', message: 'duplicate key' },
    });
  });
});
