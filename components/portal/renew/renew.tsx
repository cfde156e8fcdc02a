'use client';

import { Button } from '@mantine/core';
import { IconCircleCheck, IconClock, IconLinkOff, IconRefresh } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { type ReactNode, useEffect, useRef } from 'react';
import { useIntent } from '../../api/intent.ts';
import {
  confirmRenewalLink,
  membershipKeys,
  type RenewalLink,
  renewalLinkQuery,
  spendRenewalLink,
} from '../../api/memberships.ts';
import { messageOf } from '../../api/problem.ts';
import { Failure } from '../../page/failure.tsx';
import { Notice } from '../../page/notice.tsx';
import { TextSkeleton } from '../../page/skeletons.tsx';
import stack from '../../page/stack.module.css';
import { formatDate, formatMoney } from '../../values/format.ts';
import { KeyValueList } from '../../values/key-value-list.tsx';
import { CardChoice, useCardChoice } from '../membership/card-choice.tsx';
import { lastDay } from '../membership/period-bar.tsx';
import { Task } from '../task.tsx';

/** Where the link in a mail leads: one button renews, without a password. */
export function Renew({ token }: { token: string | null }) {
  return token === null ? <NoLink words="Open the link in the mail that we sent you." /> : <WithLink token={token} />;
}

function WithLink({ token }: { token: string }) {
  const link = useQuery(renewalLinkQuery(token));
  if (link.isError) return <NoLink words={messageOf(link.error)} />;
  if (!link.data) {
    return (
      <Task title="Renew your membership">
        <TextSkeleton lines={4} />
      </Task>
    );
  }
  switch (link.data.status) {
    case 'open':
      return <Offer token={token} link={link.data} />;
    case 'under_way':
      return <UnderWay token={token} link={link.data} />;
    case 'renewed':
      return <Renewed />;
    case 'ended':
      return <NoLink words="This membership has ended. Sign in to join again." />;
    case 'expired':
      return <NoLink words="This link has expired. Sign in to renew." />;
  }
}

function Offer({ token, link }: { token: string; link: RenewalLink }) {
  const client = useQueryClient();
  const intent = useIntent();
  const form = useRef<HTMLFormElement>(null);
  const cards = link.card ? [link.card] : [];
  const chosen = useCardChoice(cards);
  const paying = useMutation({
    mutationFn: async () => {
      const method = await chosen.paymentMethod();
      return intent({ method }, (key) => spendRenewalLink(token, method, key));
    },
    onSuccess: (next) => client.setQueryData(membershipKeys.link(token), next),
    onError: () => void client.invalidateQueries({ queryKey: membershipKeys.link(token) }),
  });
  const amount = link.amount ? formatMoney(link.amount.amount, link.amount.currency) : '';
  return (
    <Task
      title="Renew your membership"
      mark={<IconRefresh size={24} stroke={1.75} />}
      lead="For this renewal only: nothing else can be seen or done with the link."
      below={<Link href="/signin?callbackUrl=%2Fmembership">Sign in instead</Link>}
    >
      <form
        ref={form}
        noValidate
        aria-label="Renew your membership"
        onSubmit={(event) => {
          event.preventDefault();
          if (!paying.isPending) paying.mutate();
        }}
      >
        <div className={stack.fields}>
          <Facts link={link} />
          {link.order?.failure ? (
            <Notice tone="bad" title="Not paid yet">
              {link.order.failure.message}
            </Notice>
          ) : null}
          {link.settings ? (
            <CardChoice
              cards={cards}
              settings={link.settings}
              chosen={chosen}
              disabled={paying.isPending}
              onSubmit={() => form.current?.requestSubmit()}
            />
          ) : null}
          {paying.isError ? <Failure title="Not paid yet" error={paying.error} once="payment" /> : null}
          <Button type="submit" size="lg" fullWidth loading={paying.isPending}>
            Pay {amount}
          </Button>
        </div>
      </form>
    </Task>
  );
}

function Facts({ link }: { link: RenewalLink }) {
  return (
    <KeyValueList
      items={[
        { label: 'For', value: link.member },
        { label: 'Plan', value: link.plan },
        { label: 'From', value: link.period ? formatDate(link.period.from) : null },
        { label: 'To', value: link.period ? formatDate(lastDay(link.period.to)) : null },
      ]}
    />
  );
}

/** Paid for, or nearly: the page asks until it is through. The bank has a window of its own, for this page holds the link. */
function UnderWay({ token, link }: { token: string; link: RenewalLink }) {
  const client = useQueryClient();
  const bank = useRef<Window | null>(null);
  const url = link.order?.nextAction?.url;
  useEffect(() => {
    if (!url) {
      bank.current?.close();
      return;
    }
    const timer = setInterval(() => {
      if (bank.current === null) return;
      void confirmRenewalLink(token).then(
        (next) => client.setQueryData(membershipKeys.link(token), next),
        () => {},
      );
    }, 2_000);
    return () => clearInterval(timer);
  }, [url, token, client]);
  useEffect(() => () => bank.current?.close(), []);
  const lead = url
    ? 'Your bank asks you to confirm the payment. Come back to this page afterwards.'
    : 'This takes a few seconds. You may close the page: we write to you.';
  return (
    <div role="status">
      <Task
        title={url ? 'One more step' : 'Your payment is on its way'}
        mark={<IconClock size={24} stroke={1.75} />}
        lead={lead}
      >
        {url ? (
          <Button
            fullWidth
            size="lg"
            onClick={() => {
              bank.current = window.open(url, 'guildhall-bank');
            }}
          >
            Confirm with your bank
          </Button>
        ) : (
          <Facts link={link} />
        )}
      </Task>
    </div>
  );
}

function Renewed() {
  return (
    <div role="status">
      <Task
        title="Your membership is renewed"
        mark={<IconCircleCheck size={24} stroke={1.75} />}
        lead="Thank you. The receipt comes by mail."
        below={<SignIn />}
      />
    </div>
  );
}

const SignIn = () => <Link href="/signin?callbackUrl=%2Fmembership">Sign in to see it</Link>;

function NoLink({ words }: { words: ReactNode }) {
  return (
    <Task
      title="This link does not renew anything"
      tone="bad"
      mark={<IconLinkOff size={24} stroke={1.75} />}
      lead={words}
      below={<SignIn />}
    />
  );
}
