import type { FieldMapping } from '../field-mapping.ts';

/** Our member statuses as the legacy system's one-letter codes. */
export const legacyStatusCodes = {
  pending: 'P',
  active: 'A',
  grace: 'G',
  lapsed: 'L',
  suspended: 'S',
  resigned: 'R',
  deceased: 'D',
  erased: 'E',
} as const;

/** How a member becomes a row of the legacy MEMBERS table, and back. Lengths are those of the published schema. */
export const legacyMapping = [
  { source: 'number', target: 'member_no', transformation: 'as-is', required: true, maxLength: 20 },
  { source: 'memberId', target: 'guildhall_id', transformation: 'as-is', required: true, maxLength: 36 },
  { source: 'familyName', target: 'surname', transformation: 'as-is', required: true, maxLength: 80 },
  { source: 'givenName', target: 'forenames', transformation: 'as-is', required: true, maxLength: 80 },
  { source: 'email', target: 'e_mail', transformation: 'as-is', required: true, maxLength: 254 },
  { source: 'phone', target: 'tel', transformation: 'as-is', required: false, maxLength: 32 },
  { source: 'dateOfBirth', target: 'dob', transformation: 'date', required: false, maxLength: 10 },
  { source: 'address.line1', target: 'addr1', transformation: 'as-is', required: false, maxLength: 100 },
  { source: 'address.line2', target: 'addr2', transformation: 'as-is', required: false, maxLength: 100 },
  { source: 'address.city', target: 'town', transformation: 'as-is', required: false, maxLength: 60 },
  { source: 'address.postalCode', target: 'postcode', transformation: 'as-is', required: false, maxLength: 16 },
  { source: 'address.region', target: 'county', transformation: 'as-is', required: false, maxLength: 60 },
  { source: 'address.country', target: 'country', transformation: 'as-is', required: false, maxLength: 2 },
  {
    source: 'status',
    target: 'status_code',
    transformation: 'code',
    codes: legacyStatusCodes,
    required: true,
    maxLength: 1,
  },
  { source: 'planCode', target: 'plan_code', transformation: 'as-is', required: false, maxLength: 40 },
  { source: 'joinedAt', target: 'joined_on', transformation: 'date', required: true, maxLength: 10 },
  { source: 'version', target: 'row_version', transformation: 'integer', required: true, maxLength: 19 },
] as const satisfies readonly FieldMapping[];

/** The columns that hold a member's values, in the order of the mapping. */
export const mappedColumns: readonly string[] = legacyMapping.map((mapping) => mapping.target);
