import type { MemberAction, MemberRow } from '../../api/console/shapes.ts';

export interface BulkAction {
  action: MemberAction;
  label: string;
  /** What will happen to each. */
  about: string;
  danger: boolean;
  /** The states in which it can be done. The server's rules decide; this only leaves out what it would refuse. */
  from: readonly MemberRow['status'][];
}

export const bulkActions: readonly BulkAction[] = [
  {
    action: 'suspend',
    label: 'Suspend',
    about: 'Each membership rests until somebody reinstates it. The members are told.',
    danger: true,
    from: ['pending', 'active', 'grace', 'lapsed'],
  },
  {
    action: 'reinstate',
    label: 'Reinstate',
    about: 'Each is active again, at once and in every system.',
    danger: false,
    from: ['suspended'],
  },
  {
    action: 'resend-verification',
    label: 'Send the verification mail again',
    about: 'Those whose address is verified already are left as they are.',
    danger: false,
    from: ['pending', 'active', 'grace', 'lapsed', 'suspended'],
  },
];

/** Whom it can be done to, and whom it cannot. */
export const partedFor = ({ from }: Pick<BulkAction, 'from'>, rows: readonly MemberRow[]) => ({
  fit: rows.filter(({ status }) => from.includes(status)),
  left: rows.filter(({ status }) => !from.includes(status)),
});
