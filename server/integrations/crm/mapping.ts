import type { FieldMapping } from '../field-mapping.ts';

/** HubSpot keeps up to 65,536 characters of text; ours are bounded by what a person may enter. */
const text = { transformation: 'as-is', maxLength: 1000 } as const;

/** How a member becomes a CRM contact, and back. HubSpot keeps e-mail addresses in lower case. */
export const crmMapping = [
  { source: 'memberId', target: 'guildhall_id', required: true, ...text },
  { source: 'version', target: 'guildhall_version', transformation: 'integer', required: true, maxLength: 16 },
  { source: 'number', target: 'member_number', required: true, ...text },
  { source: 'status', target: 'membership_status', required: true, ...text },
  { source: 'givenName', target: 'firstname', required: true, ...text },
  { source: 'familyName', target: 'lastname', required: true, ...text },
  { source: 'email', target: 'email', required: true, ...text },
  { source: 'phone', target: 'phone', required: false, ...text },
  { source: 'dateOfBirth', target: 'date_of_birth', transformation: 'date', required: false, maxLength: 10 },
  { source: 'address.line1', target: 'address', required: false, ...text },
  { source: 'address.line2', target: 'address_line_2', required: false, ...text },
  { source: 'address.city', target: 'city', required: false, ...text },
  { source: 'address.postalCode', target: 'zip', required: false, ...text },
  { source: 'address.region', target: 'state', required: false, ...text },
  { source: 'address.country', target: 'country', required: false, ...text },
  { source: 'planCode', target: 'plan', required: false, ...text },
  { source: 'joinedAt', target: 'joined_on', transformation: 'date', required: true, maxLength: 10 },
] as const satisfies readonly FieldMapping[];

/** A contact property of our own, made by `install` where the account lacks it. */
export interface CustomProperty {
  name: string;
  label: string;
  type: 'string' | 'number' | 'date';
  unique: boolean;
}

export const customProperties: readonly CustomProperty[] = [
  { name: 'guildhall_id', label: 'Guildhall ID', type: 'string', unique: true },
  { name: 'guildhall_version', label: 'Guildhall version', type: 'number', unique: false },
  { name: 'member_number', label: 'Member number', type: 'string', unique: false },
  { name: 'membership_status', label: 'Membership status', type: 'string', unique: false },
  { name: 'address_line_2', label: 'Street address, second line', type: 'string', unique: false },
  { name: 'plan', label: 'Plan', type: 'string', unique: false },
  { name: 'joined_on', label: 'Joined on', type: 'date', unique: false },
  { name: 'last_payment_amount', label: 'Last payment', type: 'number', unique: false },
  { name: 'last_payment_currency', label: 'Currency of the last payment', type: 'string', unique: false },
  { name: 'last_payment_on', label: 'Last payment on', type: 'date', unique: false },
];
