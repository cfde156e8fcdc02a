import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { type ErrorClass, PartnerError } from './partner-error.ts';
import type { PartnerMember } from './partner-member.ts';

/** A member with every field filled, unique in id, number and e-mail. */
export function aPartnerMember(overrides: Partial<PartnerMember> = {}): PartnerMember {
  const memberId = randomUUID();
  const tail = memberId.slice(-10);
  return {
    memberId,
    number: `M-${tail}`,
    version: 1,
    status: 'active',
    givenName: 'Zoë 🚀',
    familyName: 'O’Nåmé-李',
    email: `zoe.${tail}@example.org`,
    phone: '+44 20 7946 0958',
    dateOfBirth: '1984-02-29',
    address: {
      line1: '1 Rue de l’Été',
      line2: 'Büro 4',
      city: 'Łódź',
      postalCode: '90-001',
      region: 'Łódzkie',
      country: 'PL',
    },
    planCode: 'professional',
    joinedAt: '2024-03-31T23:59:59.999Z',
    ...overrides,
  };
}

/** The PartnerError that a call fails with; fails the test when it succeeds or fails otherwise. */
export async function failure(call: Promise<unknown>, errorClass: ErrorClass): Promise<PartnerError> {
  const error = await call.then(
    () => new Error('the call succeeded'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(PartnerError);
  if (!(error instanceof PartnerError)) throw error;
  expect({ errorClass: error.errorClass, reason: error.reason }).toMatchObject({ errorClass });
  expect(error.cause).toBeUndefined();
  return error;
}
