import { describe, expect, it, vi } from 'vitest';
import { eventFrames, noLongerAllowed } from './event-stream.ts';

async function* silent() {
  await new Promise(() => {});
  yield { data: 'never' };
}
async function* busy() {
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    yield { data: 'x' };
  }
}
const yes = async () => true;

describe('event stream', () => {
  it('sends heartbeats while nothing happens', async () => {
    const frames = eventFrames(silent(), new AbortController().signal, yes, 5);
    const first = [await frames.next(), await frames.next(), await frames.next()];
    expect(first.map((frame) => frame.value)).toEqual([
      'retry: 2000\n: open\n\n',
      ': heartbeat\nevent: ping\ndata:\n\n',
      ': heartbeat\nevent: ping\ndata:\n\n',
    ]);
    await frames.return(undefined);
  });

  it('ends when the caller may not any more, silent or busy', async () => {
    for (const source of [silent(), busy()]) {
      const mayGoOn = vi.fn().mockResolvedValueOnce(true).mockResolvedValue(false);
      for await (const _frame of eventFrames(source, new AbortController().signal, mayGoOn, 5));
      expect(mayGoOn).toHaveBeenCalledTimes(2);
    }
  });

  it('ends with the signal, at once', async () => {
    const controller = new AbortController();
    const frames = eventFrames(silent(), controller.signal, yes, 60_000);
    await frames.next();
    const next = frames.next();
    controller.abort();
    expect((await next).done).toBe(true);
  });

  it('says so when it ends because the caller may not any more', async () => {
    const controller = new AbortController();
    const frames = eventFrames(silent(), controller.signal, yes, 60_000);
    await frames.next();
    const next = frames.next();
    controller.abort(noLongerAllowed);
    expect((await next).value).toMatch(/^event: end\n/);
    expect((await frames.next()).done).toBe(true);
  });

  it('lets no line break out of its field', async () => {
    async function* one() {
      yield { id: '1\n\ndata: forged', event: 'a\nb', data: 'one\r\ntwo\rthree' };
    }
    const frames = eventFrames(one(), new AbortController().signal, yes);
    await frames.next();
    expect((await frames.next()).value).toBe('id: 1  data: forged\nevent: a b\ndata: one\ndata: two\ndata: three\n\n');
  });
});
