import { minimumPassword } from './field-rules.ts';

export type Strength = 'short' | 'weak' | 'fair' | 'strong';

const common = /^(.)\1+$|password|passwort|qwert|asdf|letmein|welcome|123456|abcdef|guildhall/i;

/** A rough measure to advise with; only the length is a rule. `known` are words about the person, such as their name. */
export function strengthOf(password: string, known: readonly string[] = []): Strength {
  if (password.length < minimumPassword) return 'short';
  const lower = password.toLowerCase();
  const personal = known.some((word) => word.length > 3 && lower.includes(word.toLowerCase()));
  const distinct = new Set(lower).size;
  if (personal || common.test(password) || distinct < 6) return 'weak';
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) => kind.test(password)).length;
  return password.length >= 16 || (password.length >= 12 && kinds >= 3) ? 'strong' : 'fair';
}
