import { useSearchParams } from 'next/navigation';
import { useEffect, useState } from 'react';

const key = 'guildhall-adding-money';

/** The payment that puts money on the account is followed over the way to the bank and back, and over a reload. */
export const followPayment = (id: string) => sessionStorage.setItem(key, id);
export const forgetPayment = () => sessionStorage.removeItem(key);

/** The id of the payment that is followed: that of the address, or the one that has been begun here. */
export function useFollowedPayment(): string | null {
  const named = useSearchParams().get('payment');
  const [begun, setBegun] = useState<string | null>(null);
  useEffect(() => setBegun(sessionStorage.getItem(key)), []);
  return named ?? begun;
}
