'use client';

import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { accountQuery } from '../api/accounts.ts';
import { Card } from '../page/card.tsx';
import { TextSkeleton } from '../page/skeletons.tsx';
import { MoneyText } from '../values/money-text.tsx';
import classes from './home.module.css';

/** What is on the member's account, and the two things that one does with it. */
export function HomeAccount() {
  const { data: account, isError } = useQuery(accountQuery());
  return (
    <Card id="account" title="Account">
      {account?.available ? (
        <>
          <p className={classes.plan}>
            <MoneyText {...account.available} />
          </p>
          <p className={classes.line}>Available</p>
          <div className={classes.links}>
            <Link href="/transfers">Send money</Link>
            <Link href="/account">Statement</Link>
          </div>
        </>
      ) : account !== undefined ? (
        <p className={classes.line}>It is being opened: it shows up here by itself.</p>
      ) : isError ? (
        <p className={classes.line}>Not available at the moment.</p>
      ) : (
        <TextSkeleton lines={3} />
      )}
    </Card>
  );
}
