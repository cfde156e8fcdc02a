import { hash, verify } from '@node-rs/argon2';
import { ruleViolated } from '#server/errors/errors.ts';
import { commonPasswords } from './common-passwords.ts';

export const passwordLength = { min: 10, max: 200 } as const;

/** Argon2id (the library's default algorithm) at OWASP's first choice: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Takes tens of milliseconds by design, on a thread of its own: never call it while a connection is held. */
export const hashPassword = (password: string) => hash(password, cost);

/** What a password is compared with when there is none: the same work, so that the time tells nothing. */
let dummy: Promise<string> | undefined;

/**
 * Whether the password is the hash's. With `null` for the hash (nobody has this e-mail, or no password was set) it works
 * as long and says no. Overlong passwords are refused unhashed: their length is the caller's own doing.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  if (password.length > passwordLength.max) return false;
  dummy ??= hashPassword('nobody has this password');
  const matches = await verify(passwordHash ?? (await dummy), password);
  return passwordHash !== null && matches;
}

/** Why a password is not good enough, or null. */
export function passwordProblem(password: string, email: string): string | null {
  if (password.length < passwordLength.min) return `must have at least ${passwordLength.min} characters`;
  if (password.length > passwordLength.max) return `must have at most ${passwordLength.max} characters`;
  const plain = lettersAndDigits(password);
  const [localPart = ''] = email.split('@');
  if (plain === lettersAndDigits(email) || plain === lettersAndDigits(localPart))
    return 'must not be your e-mail address';
  if (new Set(password).size < 4 || commonPasswords.has(plain)) return 'is one of those that are guessed first';
  return null;
}

/** @throws AppError `rule_violated` naming `path`. */
export function checkPassword(password: string, email: string, path = 'password'): void {
  const problem = passwordProblem(password, email);
  if (problem) throw ruleViolated(`This password ${problem}.`, [{ path, message: problem }]);
}

const lettersAndDigits = (value: string) => value.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
