import { z } from 'zod';
import { defineEvent } from '#server/events/define.ts';

/** An event of usual size. */
export const measured = defineEvent({
  type: 'bench.measured',
  version: 1,
  producers: ['guildhall'],
  data: z.strictObject({ memberId: z.uuid(), n: z.int(), path: z.string(), note: z.string() }),
});

export const measuredData = (n: number) => ({
  memberId: '0199a1b2-0000-7000-8000-000000000001',
  n,
  path: '/membership/renewal',
  note: 'Enough text to make the row as long as events usually are, which is some two hundred bytes.',
});
