import type { Ctx } from '#server/context/context.ts';
import { openContact } from '../personal.ts';
import { findMember } from '../record.ts';

/** Name and address as they stand on a letter, line by line; null for nobody, and for somebody who was erased. For documents to them, which seal it. */
export async function letterheadOf(ctx: Ctx, memberId: string): Promise<string[] | null> {
  const member = await findMember(ctx.sql, memberId);
  if (!member || member.status === 'erased') return null;
  const { address } = await openContact(ctx.app, ctx.sql, member);
  const name = `${member.givenName} ${member.familyName}`;
  if (!address) return [name];
  const town = [address.postalCode, address.city].join(' ');
  return [name, address.line1, address.line2, town, address.region, address.country].filter(
    (one): one is string => typeof one === 'string' && one !== '',
  );
}
