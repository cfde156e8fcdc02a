import { revealMember } from '../../api/console/member.ts';
import type { RevealField } from '../../api/console/shapes.ts';
import { addressText } from './address-text.ts';

/** Asks for one clear value, as text. */
export const revealer = (id: string, field: RevealField) => async (reason: string) => {
  const revealed = await revealMember(id, [field], reason);
  return field === 'address' ? addressText(revealed.address) : (revealed[field] ?? null);
};
