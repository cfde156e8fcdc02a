import type { Queryable } from '#db/client.ts';
import { findSagaDefinition } from './define.ts';

/** What people call what these sagas are about, by the subjects' ids; nothing for a kind that has no numbers, or is not known here. */
export async function subjectNumbers(
  sql: Queryable,
  sagas: readonly { type: string; subjectId: string }[],
): Promise<Map<string, string>> {
  const ofTypes = Map.groupBy(sagas, ({ type }) => type);
  const numbers = await Promise.all(
    [...ofTypes].map(([type, those]) =>
      findSagaDefinition(type)?.numbersOf?.(
        sql,
        those.map(({ subjectId }) => subjectId),
      ),
    ),
  );
  return new Map(numbers.flatMap((some) => [...(some ?? [])]));
}
