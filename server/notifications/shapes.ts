import { z } from 'zod';
import { id, timestamp } from '#server/gateway/shapes.ts';

export const notification = z.strictObject({
  id,
  kind: z.string(),
  title: z.string(),
  body: z.string(),
  link: z.string().nullable(),
  createdAt: timestamp,
  readAt: timestamp.nullable(),
});
export type Notification = z.output<typeof notification>;
