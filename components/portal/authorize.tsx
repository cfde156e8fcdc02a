'use client';

import { Button, UnstyledButton } from '@mantine/core';
import { IconCheck, IconCircleCheck, IconPlugConnected, IconPlugConnectedX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import Link from 'next/link';
import { signOut } from '../api/auth.ts';
import { decideConsent } from '../api/consents.ts';
import type { AppRequest } from '../api/shapes.ts';
import { Failure } from '../page/failure.tsx';
import stack from '../page/stack.module.css';
import classes from './authorize.module.css';
import narrow from './narrow.module.css';
import { Task } from './task.tsx';

export interface AppQuestion {
  clientName: string;
  redirectUri: string;
  request: AppRequest;
  person: { name: string; email: string };
}

const onThisDevice = ['localhost', '127.0.0.1', '[::1]'];

/** Where the answer goes, so that a person can tell whether it is the app that they were just in. */
function destination(redirectUri: string): string {
  const { protocol, host, hostname } = new URL(redirectUri);
  if (protocol === 'https:') return host;
  return onThisDevice.includes(hostname)
    ? `a program on this device (${host})`
    : `the app on this device (${protocol.slice(0, -1)})`;
}

/** Asks a person whether an app may act for them. */
export function Authorize({ clientName, redirectUri, request, person }: AppQuestion) {
  const decide = useMutation({
    mutationFn: (decision: 'allow' | 'refuse') => decideConsent(request, decision),
    onSuccess: ({ redirectTo }) => window.location.assign(redirectTo),
  });
  const change = useMutation({
    mutationFn: signOut,
    onSuccess: () => {
      const callbackUrl = window.location.pathname + window.location.search;
      window.location.assign(`/signin?${new URLSearchParams({ callbackUrl })}`);
    },
  });
  const chosen = decide.isPending || decide.isSuccess ? decide.variables : null;
  // An app of its own opens beside this page, which stays.
  if (decide.isSuccess && !redirectUri.startsWith('http')) return <BackInTheApp name={clientName} decision={chosen} />;
  const failed = decide.error ?? change.error;
  return (
    <Task
      title={`Let ${clientName} in?`}
      mark={<IconPlugConnected size={24} stroke={1.75} />}
      lead={
        <>
          You are signed in as <strong>{person.name}</strong> ({person.email}).{' '}
          <UnstyledButton className={narrow.link} onClick={() => change.mutate()} disabled={change.isPending}>
            Use another account
          </UnstyledButton>
        </>
      }
    >
      <div className={stack.fields}>
        {failed ? <Failure title="Nothing was allowed" error={failed} /> : null}
        <div>
          <h2 className={classes.heading}>{clientName} will be able to</h2>
          <ul className={classes.list}>
            <Point>see your record, membership, orders, account and notifications</Point>
            <Point>change your profile and act for you here, as you can yourself</Point>
          </ul>
          <p className={`${stack.plain} ${stack.dim} ${stack.small}`}>
            It does not learn your password, cannot change your e-mail address, and sees nobody else’s record. You can
            take this back at any time under Security.
          </p>
        </div>
        <div className={stack.actions}>
          <Button onClick={() => decide.mutate('allow')} loading={chosen === 'allow'} disabled={chosen === 'refuse'}>
            Allow {clientName}
          </Button>
          <Button
            variant="default"
            onClick={() => decide.mutate('refuse')}
            loading={chosen === 'refuse'}
            disabled={chosen === 'allow'}
          >
            Cancel
          </Button>
        </div>
        <p className={`${stack.plain} ${stack.dim} ${stack.small} ${classes.destination}`}>
          Either way you go back to <strong>{destination(redirectUri)}</strong>. If that is not where you came from, or
          you did not ask for this, cancel.
        </p>
      </div>
    </Task>
  );
}

function Point({ children }: { children: string }) {
  return (
    <li className={classes.point}>
      <IconCheck size={18} stroke={2} aria-hidden className={classes.tick} />
      <span>{children}</span>
    </li>
  );
}

function BackInTheApp({ name, decision }: { name: string; decision: 'allow' | 'refuse' | null | undefined }) {
  return (
    <div role="status">
      <Task
        title={decision === 'allow' ? `${name} is in` : `${name} was not let in`}
        mark={<IconCircleCheck size={24} stroke={1.75} />}
        lead="Go on in the app. You can close this page."
        below={<Link href="/security">See who can get in</Link>}
      />
    </div>
  );
}

/** For a link that no app of ours makes: there is nobody to send the person back to. */
export function UnknownApp() {
  return (
    <Task
      title="We do not know who is asking"
      tone="bad"
      mark={<IconPlugConnectedX size={24} stroke={1.75} />}
      lead="An app sent you here in a way that it did not register with us. Nothing was allowed. Go back to the app and try again, or tell its makers."
    >
      <Button component={Link} href="/" fullWidth>
        Go to Guildhall
      </Button>
    </Task>
  );
}
