/** Server-sent events as text. */

export interface StreamEvent {
  id?: string;
  event?: string;
  data: string;
}

/** Why a stream was aborted: not because the caller left, nor because the server stops. */
export const noLongerAllowed = Symbol('no longer allowed');

/** Proxies cut silent connections; the contract promises a comment at least every 15 s. */
const heartbeatMs = 5_000;

/** A comment for proxies and machines, and an event with a name for browsers, which show no comment to the page. */
const heartbeat = ': heartbeat\nevent: ping\ndata:\n\n';

/** A page then asks at once whether anybody is signed in any more; a stream that just stops is one that is opened again. */
const farewell = 'event: end\ndata: not allowed any more\n\n';

/**
 * The events of `source` as frames, with heartbeats between them. `mayGoOn` is asked at every heartbeat's distance, silent or
 * not: a session that was ended, or a permission that was taken away, ends the stream too.
 */
export async function* eventFrames(
  source: AsyncIterable<StreamEvent>,
  signal: AbortSignal,
  mayGoOn: () => Promise<boolean>,
  everyMs = heartbeatMs,
): AsyncGenerator<string> {
  const iterator = source[Symbol.asyncIterator]();
  let checkedAt = Date.now();
  try {
    yield 'retry: 2000\n: open\n\n';
    let next = iterator.next();
    while (!signal.aborted) {
      const turn = await nextOrTick(next, everyMs, signal);
      if (turn === 'aborted' || (turn !== 'tick' && turn.done)) break;
      if (Date.now() - checkedAt >= everyMs || turn === 'tick') {
        if (!(await mayGoOn())) return;
        checkedAt = Date.now();
      }
      if (turn === 'tick') yield heartbeat;
      else {
        yield frame(turn.value);
        next = iterator.next();
      }
    }
    if (signal.reason === noLongerAllowed) yield farewell;
  } finally {
    // Not awaited: a source that waits for its next event returns only when the signal reaches it.
    void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

type Turn = IteratorResult<StreamEvent> | 'tick' | 'aborted';

function nextOrTick(next: Promise<IteratorResult<StreamEvent>>, ms: number, signal: AbortSignal): Promise<Turn> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => finish(() => resolve('tick')), ms);
    const onAbort = () => finish(() => resolve('aborted'));
    function finish(settle: () => void) {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      settle();
    }
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    next.then(
      (value) => finish(() => resolve(value)),
      (error) => finish(() => reject(error)),
    );
  });
}

function frame(event: StreamEvent): string {
  const id = event.id === undefined ? '' : `id: ${oneLine(event.id)}\n`;
  const name = event.event === undefined ? '' : `event: ${oneLine(event.event)}\n`;
  const data = event.data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `${id}${name}${data.join('')}\n`;
}

const oneLine = (text: string) => text.replace(/[\r\n\0]/g, ' ');
