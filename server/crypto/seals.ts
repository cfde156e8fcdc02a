import { decrypt, encrypt } from './key-ring.ts';

const prefix = 'sealed:1:';

/** A subject's data key, unwrapped. Never leaves the process. */
export interface SubjectKey {
  subjectId: string;
  key: Buffer;
}

/** Seals a personal value under its subject's key, bound to subject and field: it opens nowhere else. */
export function seal(subject: SubjectKey, field: string, value: string): string {
  return prefix + encrypt(subject.key, Buffer.from(value), `${subject.subjectId}:${field}`).toString('base64url');
}

export const sealOrNull = (subject: SubjectKey, field: string, value: string | null | undefined) =>
  value === null || value === undefined ? null : seal(subject, field, value);

/** @throws when the value was sealed for another subject or field, or was tampered with. */
export function open(subject: SubjectKey, field: string, sealed: string): string {
  if (!isSealed(sealed)) throw new Error(`the value of ${field} is not sealed`);
  return decrypt(
    subject.key,
    Buffer.from(sealed.slice(prefix.length), 'base64url'),
    `${subject.subjectId}:${field}`,
  ).toString();
}

/** null for nothing, and for a subject whose key was destroyed. */
export function openOrNull(
  subject: SubjectKey | null,
  field: string,
  sealed: string | null | undefined,
): string | null {
  return subject && sealed ? open(subject, field, sealed) : null;
}

export const isSealed = (value: unknown): value is string => typeof value === 'string' && value.startsWith(prefix);
