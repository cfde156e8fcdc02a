import { type Partner, timedOut } from './partner-error.ts';

/**
 * Runs `work` for at most `timeoutMs`, then calls `giveUp` (close the socket) and throws PartnerError `unavailable`.
 * What `work` still does afterwards is ignored.
 */
export async function withinTime<T>(
  partner: Partner,
  timeoutMs: number,
  work: () => Promise<T>,
  giveUp: () => void = () => undefined,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(timedOut(partner));
      giveUp();
    }, timeoutMs);
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
