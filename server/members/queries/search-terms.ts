import { normalisePhone } from '../rules.ts';

/** What a search text can mean, as people write it. Pure. */

const umlauts: ReadonlyArray<readonly [written: string, also: string]> = [
  ['ä', 'ae'],
  ['ö', 'oe'],
  ['ü', 'ue'],
  ['ß', 'ss'],
  ['ø', 'oe'],
  ['å', 'aa'],
];
/** More spellings make a search slower than they make it better. */
const mostSpellings = 8;

/**
 * A word in lower case, and how else the same name is spelled: `müller`, `mueller` and `muller` find each other. Stored names
 * are searched with and without their accents, so that `muller` finds `Müller` by itself.
 */
export function spellingsOf(word: string): string[] {
  const spellings = new Set([word]);
  const written = umlauts.reduce((text, [one, also]) => text.replaceAll(one, also), word);
  spellings.add(written);
  spellings.add(word.normalize('NFD').replace(/\p{M}/gu, ''));
  for (const [one, also] of umlauts) if (word.includes(also)) spellings.add(word.replaceAll(also, one));
  // `duessmann` → `düßmann`
  spellings.add(umlauts.reduce((text, [one, also]) => text.replaceAll(also, one), word));
  spellings.add(word.replace(/([aou])e/g, '$1'));
  // An e may be missing at any one vowel: names have one umlaut.
  for (const { index } of word.length < 3 ? [] : word.matchAll(/[aou](?!e)/g))
    spellings.add(`${word.slice(0, index + 1)}e${word.slice(index + 1)}`);
  return [...spellings].slice(0, mostSpellings);
}

/** Countries whose people leave their own code out of a number, and say a 0 instead. */
const trunkCodes = [
  '49',
  '43',
  '41',
  '31',
  '32',
  '33',
  '44',
  '46',
  '47',
  '48',
  '351',
  '353',
  '358',
  '420',
  '421',
  '61',
  '64',
];
/** Where the 0 is a part of the number, or where there is none. */
const plainCodes = ['39', '34', '45', '1'];

/**
 * The numbers, as they may be stored, that this may be: `+49 30 …`, `0049 30 …`, `(030) …`, `+49 (0)30 …` are one number. None
 * for what is no phone number.
 */
export function phonesOf(q: string): string[] {
  if (!/^\+?[\d\s()./-]{6,28}$/.test(q)) return [];
  const digits = normalisePhone(q.replace('(0)', ''));
  if (digits.replace('+', '').length < 6) return [];
  return [...new Set([digits, ...internationalOf(digits).flatMap(writtenOf)])];
}

/** The international numbers that these digits may be. */
function internationalOf(digits: string): string[] {
  if (digits.startsWith('+')) return [digits];
  if (digits.startsWith('00')) return [`+${digits.slice(2)}`];
  if (digits.startsWith('0')) return [...trunkCodes.map((code) => `+${code}${digits.slice(1)}`), `+39${digits}`];
  return [`+${digits}`, ...plainCodes.map((code) => `+${code}${digits}`)];
}

/** How people write an international number, for it is stored as they did: with 00, with the 0 within, without the country. */
function writtenOf(number: string): string[] {
  const all = number.slice(1);
  const written = [number, `00${all}`];
  const trunk = trunkCodes.find((code) => all.startsWith(code));
  if (trunk) {
    const national = all.slice(trunk.length).replace(/^0/, '');
    return [...written, `+${trunk}${national}`, `+${trunk}0${national}`, `0${national}`];
  }
  const plain = plainCodes.find((code) => all.startsWith(code));
  return plain ? [...written, all.slice(plain.length)] : written;
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The dates, `YYYY-MM-DD`, that this may be: `1987-04-12`, `12.4.1987`, `12/04/1987` (both ways), `12 April 1987`, `Apr 12, 1987`. */
export function datesOf(q: string): string[] {
  const text = q.trim().toLowerCase();
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(text);
  if (iso) return dates([iso[1], iso[2], iso[3]]);
  const [, first, between, second, year] = /^(\d{1,2})([-/.])\s?(\d{1,2})[-/.]\s?(\d{4})$/.exec(text) ?? [];
  if (between === '.') return dates([year, second, first]);
  if (between) return dates([year, second, first], [year, first, second]);
  const words = /^(?:(\d{1,2})\.?\s+([a-z]{3,9})|([a-z]{3,9})\s+(\d{1,2}))[\s,]+(\d{4})$/.exec(text);
  if (!words) return [];
  const name = words[2] ?? words[3] ?? '';
  const month = months.indexOf(name.slice(0, 3)) + 1;
  return month === 0 ? [] : dates([words[5], String(month), words[1] ?? words[4]]);
}

type Parts = [year: string | undefined, month: string | undefined, day: string | undefined];

/** Those that the calendar has, each once. */
function dates(...candidates: Parts[]): string[] {
  const written = candidates.map(([year, month, day]) => `${year}-${month?.padStart(2, '0')}-${day?.padStart(2, '0')}`);
  return [...new Set(written)].filter((date) => {
    const at = new Date(`${date}T00:00:00Z`);
    return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(date);
  });
}
