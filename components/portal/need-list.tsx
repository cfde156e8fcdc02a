'use client';

import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconMail, IconUserPlus } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { useIntent } from '../api/intent.ts';
import { resendVerification } from '../api/members.ts';
import { messageOf } from '../api/problem.ts';
import type { Member, Overview, Plan } from '../api/shapes.ts';
import { SaveNote } from '../page/save-note.tsx';
import stack from '../page/stack.module.css';
import classes from './home.module.css';
import { type Need, needsOf } from './needs.ts';

const icons = {
  verify: IconMail,
  status: IconAlertTriangle,
  unpaid: IconAlertTriangle,
  incomplete: IconUserPlus,
  differs: IconAlertTriangle,
} satisfies Record<Need['id'], typeof IconMail>;

/** What needs the member, or that nothing does. */
export function NeedList({
  member,
  overview,
  plans,
}: {
  member: Member;
  overview: Overview | undefined;
  plans: readonly Plan[] | undefined;
}) {
  const needs = needsOf(member, overview, plans, new Date().toISOString().slice(0, 10));
  if (needs.length === 0) {
    return (
      <div className={classes.need}>
        <span className={classes.mark} data-tone="ok" aria-hidden>
          <IconCircleCheck size={20} stroke={1.75} />
        </span>
        <div className={classes.words}>
          <p className={classes.title}>Nothing at the moment</p>
          <p className={classes.text}>Everything about your membership is in order.</p>
        </div>
      </div>
    );
  }
  return (
    <ul className={classes.needs}>
      {needs.map((need) => {
        const Icon = icons[need.id];
        return (
          <li key={need.id} className={classes.need}>
            <span className={classes.mark} data-tone={need.tone} aria-hidden>
              <Icon size={20} stroke={1.75} />
            </span>
            <div className={classes.words}>
              <h3 className={classes.title}>{need.title}</h3>
              <p className={classes.text}>{need.text}</p>
              {need.link ? <Link href={need.link.href}>{need.link.label}</Link> : null}
              {need.id === 'verify' ? <Resend email={member.email} /> : null}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Resend({ email }: { email: string }) {
  const intent = useIntent();
  const resend = useMutation({ mutationFn: () => intent({ email }, (key) => resendVerification(email, key)) });
  return (
    <div className={stack.actions}>
      <Button size="xs" variant="default" loading={resend.isPending} onClick={() => resend.mutate()}>
        Send the mail again
      </Button>
      <SaveNote text={resend.isSuccess ? 'Sent' : null} />
      {resend.isError ? (
        <span role="alert" className={stack.small}>
          {messageOf(resend.error)}
        </span>
      ) : null}
    </div>
  );
}
