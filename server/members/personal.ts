import type { Queryable } from '#db/client.ts';
import type { App } from '#server/context/app.ts';
import { maskAddressLine, maskDateOfBirth, maskEmail, maskPhone } from '#server/crypto/mask.ts';
import { openOrNull, type SubjectKey } from '#server/crypto/seals.ts';
import type { MemberRecord } from './record.ts';
import { normalisePhone } from './rules.ts';
import type { Address, MemberView } from './shapes.ts';

/** A member's contact values in the clear. Never logged, never put into an event or a job. */
export interface Contact {
  email: string;
  phone: string | null;
  dateOfBirth: string | null;
  address: Address | null;
}

export async function openContact(app: App, sql: Queryable, record: MemberRecord): Promise<Contact> {
  const hasSealed = record.phoneSealed || record.dateOfBirthSealed || record.addressSealed;
  const key = hasSealed ? await app.dataKeys.find(sql, record.id) : null;
  if (!key) return contactOf(record, null);
  const known = opened.get(record);
  if (known?.key === key) return known.contact;
  const contact = contactOf(record, key);
  opened.set(record, { key, contact });
  return contact;
}

/**
 * Opening takes longer than everything else in a hot read. Lives as long as the cached record and only under the key that
 * opened it: once that is forgotten, so is this.
 */
const opened = new WeakMap<MemberRecord, { key: SubjectKey; contact: Contact }>();

export function contactOf(record: MemberRecord, key: SubjectKey | null): Contact {
  const address = openOrNull(key, 'address', record.addressSealed);
  return {
    email: record.email,
    phone: openOrNull(key, 'phone', record.phoneSealed),
    dateOfBirth: openOrNull(key, 'dateOfBirth', record.dateOfBirthSealed),
    // Was checked against the address schema before it was sealed, and cannot have changed since.
    address: address === null ? null : (JSON.parse(address) as Address),
  };
}

const wholeAddress = (address: Address): MemberView['address'] => ({
  line1: address.line1,
  line2: address.line2 ?? null,
  city: address.city,
  postalCode: address.postalCode,
  region: address.region ?? null,
  country: address.country,
});

export function memberViewOf(record: MemberRecord, contact: Contact, masked: boolean): MemberView {
  const shown = masked ? maskContact(contact) : contact;
  return {
    id: record.id,
    number: record.number,
    status: record.status,
    givenName: record.givenName,
    familyName: record.familyName,
    email: shown.email,
    pendingEmail: record.pendingEmail && (masked ? maskEmail(record.pendingEmail) : record.pendingEmail),
    phone: shown.phone,
    dateOfBirth: shown.dateOfBirth,
    address: shown.address && wholeAddress(shown.address),
    plan: { id: record.planId, code: record.planCode, name: record.planName },
    paidUntil: record.paidUntil,
    mailChoices: record.mailChoices,
    joinedAt: record.joinedAt,
    verifiedAt: record.verifiedAt,
    version: record.version,
    updatedAt: record.updatedAt,
    masked,
  };
}

export function maskContact(contact: Contact): Contact {
  const { address } = contact;
  return {
    email: maskEmail(contact.email),
    phone: contact.phone && maskPhone(contact.phone),
    dateOfBirth: contact.dateOfBirth && maskDateOfBirth(contact.dateOfBirth),
    address: address && {
      line1: maskAddressLine(),
      line2: address.line2 ? maskAddressLine() : null,
      city: address.city,
      postalCode: maskAddressLine(),
      region: address.region ?? null,
      country: address.country,
    },
  };
}

export const phoneIndex = (app: App, phone: string) => app.keyRing.blindIndex('phone', normalisePhone(phone));
export const dateOfBirthIndex = (app: App, date: string) => app.keyRing.blindIndex('dateOfBirth', date);
