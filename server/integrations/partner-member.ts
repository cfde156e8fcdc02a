/**
 * A member as partners are told: state and version, not a change. `version` is the stream version of the member, so
 * that a partner can refuse an older state. `dateOfBirth` is YYYY-MM-DD; `joinedAt` an RFC 3339 instant in UTC.
 */
export interface PartnerMember {
  memberId: string;
  number: string;
  version: number;
  status: string;
  givenName: string;
  familyName: string;
  email: string;
  phone: string | null;
  dateOfBirth: string | null;
  address: PartnerAddress | null;
  planCode: string | null;
  joinedAt: string;
}

export interface PartnerAddress {
  line1: string;
  line2?: string;
  city: string;
  postalCode: string;
  region?: string;
  country: string;
}
