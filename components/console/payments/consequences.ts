import type { StaffOrder } from '../../api/console/shapes.ts';

export interface Consequence {
  tone: 'info' | 'warn';
  title: string;
  about: string;
}

/** What becomes of what was bought when money of an order goes back: all that is left of it (`whole`), or a part. */
export function consequencesOf(
  order: Pick<StaffOrder, 'items' | 'ships' | 'shipment' | 'status'>,
  whole: boolean,
): Consequence[] {
  return [...ofPlans(order, whole), ...ofParcel(order, whole)];
}

/** A credit for days that were paid before is a line of a plan too, below zero. */
function ofPlans({ items }: Pick<StaffOrder, 'items'>, whole: boolean): Consequence[] {
  const plans = items.filter(({ kind, amount }) => kind === 'plan' && amount.amount > 0).map(({ name }) => name);
  if (plans.length === 0) return [];
  if (!whole) {
    return [
      { tone: 'info', title: 'The membership stays', about: 'It ends only when all of the money has gone back.' },
    ];
  }
  return [
    {
      tone: 'warn',
      title: 'This ends the membership',
      about: `What “${plans.join('”, “')}” paid for is over as soon as the money has gone back. The member is told, and why.`,
    },
  ];
}

function ofParcel(
  { ships, shipment, status }: Pick<StaffOrder, 'ships' | 'shipment' | 'status'>,
  whole: boolean,
): Consequence[] {
  if (shipment?.status === 'handed_over') {
    const title = `Parcel ${shipment.number} has left the house`;
    return whole ? [{ tone: 'info', title, about: 'A refund does not bring it back.' }] : [];
  }
  if (shipment?.status === 'created') {
    return whole
      ? [
          {
            tone: 'warn',
            title: `Parcel ${shipment.number} is stopped`,
            about: 'It was not sent yet. It stays here, and its goods can be sold again.',
          },
        ]
      : [
          {
            tone: 'info',
            title: `Parcel ${shipment.number} is sent all the same`,
            about: 'Only all of it back stops it.',
          },
        ];
  }
  const isOpen = ships && ['created', 'requires_action', 'paid', 'reserved'].includes(status);
  return isOpen && whole
    ? [{ tone: 'warn', title: 'Nothing is sent', about: 'The order is under way still. It is given up.' }]
    : [];
}
