// The tables are written by hand: migrations/0019_memberships.sql.

export const membershipStatuses = ['active', 'grace', 'lapsed', 'cancelled'] as const;
export type MembershipStatus = (typeof membershipStatuses)[number];

/** `import`: paid before this house kept periods. `complimentary` and `extension`: given. */
export const periodOrigins = ['paid', 'complimentary', 'import', 'extension'] as const;
export type PeriodOrigin = (typeof periodOrigins)[number];
