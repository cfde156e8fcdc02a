import type { PartnerMember } from '#server/integrations/partner-member.ts';
import type { Contact } from './personal.ts';
import type { MemberRecord } from './record.ts';

/** The record as partners are told it: the whole state with its version, never a change. */
export function partnerMemberOf(record: MemberRecord, contact: Contact): PartnerMember {
  const { address } = contact;
  return {
    memberId: record.id,
    number: record.number,
    version: record.version,
    status: record.status,
    givenName: record.givenName,
    familyName: record.familyName,
    email: record.email,
    phone: contact.phone,
    dateOfBirth: contact.dateOfBirth,
    address: address && {
      line1: address.line1,
      ...(address.line2 ? { line2: address.line2 } : {}),
      city: address.city,
      postalCode: address.postalCode,
      ...(address.region ? { region: address.region } : {}),
      country: address.country,
    },
    planCode: record.planCode,
    joinedAt: record.joinedAt,
  };
}
