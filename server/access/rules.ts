import type { Role } from './permissions.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** However busy, a session ends after this. */
export const sessionMs = 90 * dayMs;

const idleMs = 30 * dayMs;
/** People who see other people's data: a forgotten screen must not stay open over night. */
const staffIdleMs = 12 * hourMs;

export const isStaff = (roles: readonly Role[]) => roles.some((role) => role !== 'member');

export const idleMsOf = (roles: readonly Role[]) => (isStaff(roles) ? staffIdleMs : idleMs);

/** Ten wrong passwords within the window lock the account. */
export const lockout = { failures: 10, windowMs: 15 * minuteMs, lockedMs: 15 * minuteMs } as const;

export const mailedTokenMs = { 'verify-email': 48 * hourMs, 'reset-password': hourMs } as const;
export type MailedTokenPurpose = keyof typeof mailedTokenMs;

export const accessTokenSeconds = 15 * 60;
export const refreshTokenMs = 30 * dayMs;
export const authorizationCodeMs = minuteMs;

export const normaliseEmail = (email: string) => email.trim().toLowerCase();
