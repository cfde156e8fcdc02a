import type { CrmSystem } from '#server/integrations/crm/index.ts';
import type { LegacySystem } from '#server/integrations/legacy/index.ts';
import type { PartnerMember } from '#server/integrations/partner-member.ts';
import type { GeneratedMember } from './member.ts';
import type { Random } from './random.ts';

export const divergenceKinds = [
  'missing_in_legacy',
  'missing_in_crm',
  'family_name_case',
  'family_name_spelling',
  'email_differs',
  'phone_differs',
  'status_differs',
] as const;
export type DivergenceKind = (typeof divergenceKinds)[number];

/** What was planted, kept aside so that later checks can be measured against it. */
export interface Label {
  memberId: string;
  number: string;
  kind: DivergenceKind;
  system: 'legacy' | 'crm';
}

export interface PlantedCopies {
  legacy: PartnerMember | null;
  crm: PartnerMember | null;
  label: Label | null;
}

const share = 0.03;

export function partnerCopy(member: GeneratedMember): PartnerMember {
  const { person } = member;
  return {
    memberId: member.id,
    number: member.number,
    version: member.version,
    status: person.status,
    givenName: person.givenName,
    familyName: person.familyName,
    email: person.email,
    phone: member.phone,
    dateOfBirth: person.dateOfBirth,
    address: person.address && {
      line1: person.address.line1,
      city: person.address.city,
      postalCode: person.address.postalCode,
      country: person.address.country,
    },
    planCode: person.planCode,
    joinedAt: new Date(person.joinedAt).toISOString(),
  };
}

/** The partners' copies of a member; a few per cent differ, each in one stated way. */
export function plant(random: Random, member: GeneratedMember): PlantedCopies {
  const copy = partnerCopy(member);
  if (!random.chance(share)) return { legacy: copy, crm: copy, label: null };
  const kind = random.pick(divergenceKinds);
  const system =
    kind === 'missing_in_legacy'
      ? 'legacy'
      : kind === 'missing_in_crm'
        ? 'crm'
        : random.pick(['legacy', 'crm'] as const);
  const label = { memberId: member.id, number: member.number, kind, system };
  const other = differing(random, copy, kind);
  return system === 'legacy' ? { legacy: other, crm: copy, label } : { legacy: copy, crm: other, label };
}

function differing(random: Random, copy: PartnerMember, kind: DivergenceKind): PartnerMember | null {
  switch (kind) {
    case 'missing_in_legacy':
    case 'missing_in_crm':
      return null;
    case 'family_name_case':
      return { ...copy, familyName: copy.familyName.toUpperCase() };
    case 'family_name_spelling':
      return { ...copy, familyName: `${copy.familyName.slice(0, -1)}${random.pick(['e', 'a', 'n', 's', 't'])}` };
    case 'email_differs':
      return { ...copy, email: copy.email.replace('@example.', '@old.example.') };
    case 'phone_differs':
      return { ...copy, phone: `+49${random.whole(30, 99)}${random.whole(1_000_000, 9_999_999)}` };
    case 'status_differs':
      return { ...copy, status: copy.status === 'active' ? 'lapsed' : 'active' };
  }
}

/** Writes the copies, a few at a time side by side. */
export async function writeCopies(
  partners: { legacy: LegacySystem; crm: CrmSystem },
  copies: PlantedCopies[],
  sideBySide = 8,
): Promise<void> {
  const queue = copies[Symbol.iterator]();
  const work = async () => {
    for (const copy of queue) {
      if (copy.legacy) await partners.legacy.upsertMember(copy.legacy, { origin: 'guildhall' });
      if (copy.crm) await partners.crm.upsertContact(copy.crm);
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
}
