import { pipeline } from 'node:stream/promises';
import type { TransactionSql } from '#db/client.ts';

type Value = string | number | null | readonly string[] | { readonly [name: string]: unknown };

/** The rows as one text in the format of COPY. All have the columns of the first. */
export async function copy(
  sql: TransactionSql,
  table: string,
  rows: ReadonlyArray<Record<string, Value>>,
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const into = await sql.unsafe(`copy ${table} (${Object.keys(first).join(', ')}) from stdin`).writable();
  const lines = rows.map((row) => `${Object.values(row).map(copyText).join('\t')}\n`);
  await pipeline([lines.join('')], into);
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function copyText(value: Value): string {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : Array.isArray(value) ? arrayText(value) : JSON.stringify(value);
  return /[\\\t\n\r]/.test(text) ? text.replace(/[\\\t\n\r]/g, (letter) => escapes[letter] ?? letter) : text;
}

const arrayText = (words: readonly string[]) => `{${words.map((word) => JSON.stringify(word)).join(',')}}`;
