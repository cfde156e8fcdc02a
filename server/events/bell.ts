/** Wakes everyone who waits for it. */
export interface Bell {
  ring(): void;
  /** A listener of its own for whoever waits: a ring while it is busy is heard at its next wait. */
  listener(): Waiter;
}

export interface Waiter {
  /** Until the next ring, or for that long, or until the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  const heard = new Set<() => void>();
  return {
    ring() {
      for (const hear of heard) hear();
    },
    listener() {
      let rung = false;
      let wake: (() => void) | null = null;
      heard.add(() => {
        rung = true;
        wake?.();
      });
      return {
        wait(ms, signal) {
          return new Promise((resolve) => {
            const timer = setTimeout(done, ms);
            function done() {
              clearTimeout(timer);
              signal.removeEventListener('abort', done);
              wake = null;
              rung = false;
              resolve();
            }
            wake = done;
            signal.addEventListener('abort', done);
            if (rung || signal.aborted) done();
          });
        },
      };
    },
  };
}
