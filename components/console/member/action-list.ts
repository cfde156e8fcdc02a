import type { MemberAction, StaffMember } from '../../api/console/shapes.ts';

export interface ActionWords {
  action: MemberAction;
  label: string;
  /** What will happen, before it is done. */
  about: string;
  danger?: boolean;
}

/** What can be done to a member as they are now. The server's rules decide; these only leave out what it would refuse. */
export function actionsFor(member: Pick<StaffMember, 'status' | 'verifiedAt'>): ActionWords[] {
  const { status } = member;
  const gone = ['resigned', 'deceased', 'erased'].includes(status);
  const list: (ActionWords | null)[] = [
    member.verifiedAt === null && !gone
      ? {
          action: 'resend-verification',
          label: 'Send the verification mail again',
          about: 'A new mail goes to their address. Older links in it stop working.',
        }
      : null,
    !gone
      ? {
          action: 'reset-password',
          label: 'Send a password reset',
          about: 'A mail with a link to choose a new password goes to their address. Their password works until then.',
        }
      : null,
    ['active', 'grace', 'lapsed'].includes(status)
      ? {
          action: 'extend',
          label: 'Extend by 30 days',
          about: 'The paid-until date moves 30 days on, from today or from where it is, whichever is later.',
        }
      : null,
    status === 'suspended' || status === 'resigned'
      ? {
          action: 'reinstate',
          label: 'Reinstate',
          about: 'The member stands again where what is paid for puts them, at once and in every system.',
        }
      : null,
    ['active', 'grace', 'lapsed', 'pending'].includes(status)
      ? {
          action: 'suspend',
          label: 'Suspend',
          about: 'The membership rests until somebody reinstates it. The member is told.',
          danger: true,
        }
      : null,
    !gone
      ? {
          action: 'resign',
          label: 'Record a resignation',
          about: 'The member leaves. Their record stays.',
          danger: true,
        }
      : null,
    status !== 'deceased' && status !== 'erased'
      ? {
          action: 'mark-deceased',
          label: 'Mark as deceased',
          about: 'No mail goes out any more. Their record stays.',
          danger: true,
        }
      : null,
  ];
  return list.filter((item) => item !== null);
}
