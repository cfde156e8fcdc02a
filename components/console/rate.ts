import { formatNumber } from '../values/format.ts';

/** `720` a minute → `12/s`; below one a second by the minute: `35/min`. */
export function formatRate(perMinute: number): string {
  if (perMinute >= 60) return `${formatNumber(perMinute / 60, perMinute >= 600 ? 0 : 1)}/s`;
  return `${formatNumber(perMinute, 1)}/min`;
}

/** Milliseconds: `38 ms`, `1.2 s`, `4 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${formatNumber(ms)} ms`;
  if (ms < 60_000) return `${formatNumber(ms / 1000, 1)} s`;
  if (ms < 3_600_000) return `${formatNumber(ms / 60_000)} min`;
  return `${formatNumber(ms / 3_600_000, 1)} h`;
}

/** `1 event`, `2 events`. */
export const counted = (count: number, one: string, many = `${one}s`) =>
  `${formatNumber(count)} ${count === 1 ? one : many}`;
