import { pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

/**
 * One data key per subject (a member, or a user who is none), wrapped by the key ring. Erasing a subject destroys the wrapped
 * key: the row stays as the proof, `wrapped_key` becomes null.
 */
export const dataKeys = pgTable('data_keys', {
  subjectId: uuid().primaryKey(),
  ringKeyId: text(),
  wrappedKey: text(),
  createdAt: at().notNull().defaultNow(),
  destroyedAt: at(),
});
