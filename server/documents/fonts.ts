import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';

export type Weight = 400 | 600;

interface Face {
  /** The name under which a document knows it. */
  name: string;
  data: Buffer;
  ranges: ReadonlyArray<readonly [number, number]>;
}

// Every process of ours runs in the repository’s folder. Resolving the package would not do: Next would bundle what it names.
const inter = join(process.cwd(), 'node_modules', '@fontsource', 'inter');

// Inter comes cut into scripts; each is asked in turn whether a letter is its.
const scripts = ['latin', 'latin-ext', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext', 'vietnamese'];
const loaded = new Map<Weight, Face[]>();

/** The faces of a weight, read once in a process. */
export function facesOf(weight: Weight): Face[] {
  const known = loaded.get(weight);
  if (known) return known;
  const unicode = JSON.parse(readFileSync(join(inter, 'unicode.json'), 'utf8')) as Record<string, string>;
  const faces = scripts.map((script) => ({
    name: `Inter-${script}-${weight}`,
    data: sfntOf(readFileSync(join(inter, 'files', `inter-${script}-${weight}-normal.woff`))),
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

/**
 * Unpacks WOFF into the font file that is in it. PDFKit reads WOFF too, but inflates it again for each document, in
 * JavaScript, which takes longer than all the rest. Layout: https://www.w3.org/TR/WOFF/
 */
function sfntOf(woff: Buffer): Buffer {
  const count = woff.readUInt16BE(12);
  const power = 2 ** Math.floor(Math.log2(count));
  const head = Buffer.alloc(12 + 16 * count);
  woff.copy(head, 0, 4, 8);
  head.writeUInt16BE(count, 4);
  head.writeUInt16BE(16 * power, 6);
  head.writeUInt16BE(Math.log2(power), 8);
  head.writeUInt16BE(16 * (count - power), 10);
  const tables: Buffer[] = [];
  let offset = head.length;
  for (let n = 0; n < count; n += 1) {
    const from = 44 + 20 * n;
    const [at, packed, length] = [4, 8, 12].map((field) => woff.readUInt32BE(from + field)) as [number, number, number];
    const data = woff.subarray(at, at + packed);
    const table = Buffer.alloc(Math.ceil(length / 4) * 4);
    (packed < length ? inflateSync(data) : data).copy(table);
    const to = 12 + 16 * n;
    woff.copy(head, to, from, from + 4);
    woff.copy(head, to + 4, from + 16, from + 20);
    head.writeUInt32BE(offset, to + 8);
    head.writeUInt32BE(length, to + 12);
    tables.push(table);
    offset += table.length;
  }
  return Buffer.concat([head, ...tables]);
}

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
