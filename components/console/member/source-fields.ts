import type { StaffOverview } from '../../api/console/shapes.ts';
import type { Address, Source, SourceName } from '../../api/shapes.ts';
import { addressText } from './address-text.ts';

export type Agreement = 'same' | 'settling' | 'differs' | 'unknown';

export interface SourceField {
  field: string;
  agreement: Agreement;
  /** One for each system that answered and knows the member, ours first. undefined: it does not keep the field. */
  values: { system: string; value: string | null | undefined }[];
}

const fields = ['givenName', 'familyName', 'email', 'phone', 'dateOfBirth', 'address', 'status', 'planCode'] as const;

/** A source that this installation does not have, as opposed to one that does not answer. */
export const isMissing = (source: Source) => source.reason === 'not_connected';

const isAddress = (value: unknown): value is Address => typeof value === 'object' && value !== null && 'line1' in value;

function textOf(data: Record<string, unknown>, field: string): string | null | undefined {
  if (!(field in data)) return undefined;
  const value = data[field];
  if (value === null || value === undefined || value === '') return null;
  return isAddress(value) ? addressText(value) : String(value);
}

/**
 * Field by field what each system says. Whether they agree is the server's word (it compares the clear values, here they
 * are masked); with no other system to compare with, nobody knows.
 */
export function sourceFields({ guildhall, sources, divergences }: StaffOverview): SourceField[] {
  const answering = (Object.entries(sources) as [SourceName, Source][]).flatMap(([system, { status, data }]) =>
    // The payment service keeps cards, and nothing that is compared.
    status === 'ok' && data && fields.some((field) => field in data) ? [{ system, data }] : [],
  );
  const all = [{ system: 'guildhall', data: guildhall }, ...answering];
  const rows = fields.map((field): SourceField => {
    const divergence = divergences.find((candidate) => candidate.field === field);
    const values = all.map(({ system, data }) => ({ system, value: textOf(data, field) }));
    const agreement: Agreement = divergence
      ? divergence.settling
        ? 'settling'
        : 'differs'
      : answering.length === 0
        ? 'unknown'
        : 'same';
    return { field, agreement, values };
  });
  const rank: Record<Agreement, number> = { differs: 0, settling: 1, unknown: 2, same: 2 };
  return rows.sort((a, b) => rank[a.agreement] - rank[b.agreement]);
}
