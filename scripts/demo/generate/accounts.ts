import { v7 } from 'uuid';
import { pooledRandom } from '#server/crypto/random.ts';
import { houseCurrency } from '#server/ledger/rules.ts';
import type { GeneratedAccount, GeneratedEvent, GeneratedMember } from './member.ts';

const usual = { class: 'liability', currency: houseCurrency } as const;

/** The account that everybody has who has not left; null for who has. `sequence` is its number's. */
export function accountOf({ person }: GeneratedMember, sequence: number): GeneratedAccount | null {
  if (person.status === 'resigned' || person.status === 'deceased') return null;
  return {
    id: v7({ msecs: person.joinedAt, random: pooledRandom(16) }),
    number: `A-${String(sequence).padStart(6, '0')}`,
  };
}

export function openingOf(member: GeneratedMember, { id, number }: GeneratedAccount): GeneratedEvent {
  const at = member.person.joinedAt + 1_000;
  return {
    id: v7({ msecs: at, random: pooledRandom(16) }),
    at,
    stream: `account-${id}`,
    version: 1,
    type: 'account.created',
    data: { accountId: id, memberId: member.id, loanId: null, number, ...usual, overdraftLimit: 0 },
    correlationId: v7({ msecs: at, random: pooledRandom(16) }),
  };
}

/** The ledger makes the balances by itself. */
export const accountRows = ({ id: memberId, person, account }: GeneratedMember) =>
  account
    ? [
        {
          id: account.id,
          number: account.number,
          ...usual,
          name: 'Current account',
          member_id: memberId,
          limited: 'true',
          overdraft_limit: 0,
          created_at: new Date(person.joinedAt).toISOString(),
        },
      ]
    : [];
