import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export type Weight = 400 | 600;

interface Face {
  /** The name under which a document knows it. */
  name: string;
  data: Buffer;
  ranges: ReadonlyArray<readonly [number, number]>;
}

const require = createRequire(import.meta.url);

// Inter comes cut into scripts; each is asked in turn whether a letter is its.
const scripts = ['latin', 'latin-ext', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext', 'vietnamese'];
const loaded = new Map<Weight, Face[]>();

/** The faces of a weight, read once in a process. */
export function facesOf(weight: Weight): Face[] {
  const known = loaded.get(weight);
  if (known) return known;
  const unicode = JSON.parse(readFileSync(require.resolve('@fontsource/inter/unicode.json'), 'utf8')) as Record<
    string,
    string
  >;
  const faces = scripts.map((script) => ({
    name: `Inter-${script}-${weight}`,
    data: readFileSync(require.resolve(`@fontsource/inter/files/inter-${script}-${weight}-normal.woff`)),
    ranges: rangesOf(unicode[script] ?? ''),
  }));
  loaded.set(weight, faces);
  return faces;
}

/** `U+0000-00FF,U+0131` as pairs of first and last. */
const rangesOf = (text: string) =>
  text.split(',').map((range): [number, number] => {
    const [first = '', last = first] = range.replace('U+', '').split('-');
    return [Number.parseInt(first, 16), Number.parseInt(last, 16)];
  });

export interface Run {
  face: string;
  text: string;
}

/** Cuts text into runs of one face. A letter that no face has is written as a question mark. */
export function runsOf(text: string, weight: Weight): Run[] {
  const faces = facesOf(weight);
  const runs: Run[] = [];
  for (const letter of text.normalize('NFC')) {
    const code = letter.codePointAt(0) ?? 0;
    const face = faces.find(({ ranges }) => ranges.some(([first, last]) => code >= first && code <= last));
    const name = (face ?? faces[0])?.name ?? '';
    const written = face ? letter : '?';
    const last = runs.at(-1);
    if (last?.face === name) last.text += written;
    else runs.push({ face: name, text: written });
  }
  return runs;
}
