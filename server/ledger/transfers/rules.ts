import type { MemberStatus } from '#db/schema/members.ts';

/** Whose money stays where it is. Who has resigned may take theirs along. */
const barred = new Set<MemberStatus>(['suspended', 'deceased', 'erased']);
export const maySend = (status: MemberStatus | null) => status !== null && !barred.has(status);

/** To whom nothing is sent any more: to others their account is not there. */
const gone = new Set<MemberStatus>(['deceased', 'erased']);
export const mayReceive = (status: MemberStatus | null) => status !== null && !gone.has(status);
