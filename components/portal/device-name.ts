import type { Session } from '../api/shapes.ts';

/** The first match names it: Edge and Opera call themselves Chrome too, Chrome calls itself Safari. */
const browsers: [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\/|Chromium\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux|X11/, 'Linux'],
];

const nameIn = (list: [RegExp, string][], text: string) => list.find(([pattern]) => pattern.test(text))?.[1];

/** `Firefox on Linux`, as far as the user agent tells. */
export function deviceName({ kind, userAgent }: Pick<Session, 'kind' | 'userAgent'>): string {
  const text = userAgent ?? '';
  const system = nameIn(systems, text);
  const program = kind === 'mobile' ? 'Guildhall app' : nameIn(browsers, text);
  if (program && system) return `${program} on ${system}`;
  return program ?? system ?? 'Unknown device';
}
