'use client';

import { Button } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { consentKeys, consentsQuery, revokeConsent } from '../api/consents.ts';
import { useOptimistic } from '../api/optimistic.ts';
import { sessionKeys } from '../api/sessions.ts';
import type { Consent, Page } from '../api/shapes.ts';
import { Card } from '../page/card.tsx';
import { ErrorState } from '../page/error-state.tsx';
import { Failure } from '../page/failure.tsx';
import { ListSkeleton } from '../page/skeletons.tsx';
import stack from '../page/stack.module.css';
import { useAnnounce } from '../shell/announcer.tsx';
import { RelativeTime } from '../values/relative-time.tsx';
import classes from './devices.module.css';

/** The apps that act for the person. Taking one out ends what it has at once. */
export function Apps() {
  const consents = useQuery(consentsQuery());
  const client = useQueryClient();
  const announce = useAnnounce();
  const revoke = useOptimistic<Page<Consent>, Consent>({
    queryKey: consentKeys.list,
    mutationFn: ({ clientId }) => revokeConsent(clientId),
    apply: (page, out) => ({ ...page, data: page.data.filter(({ clientId }) => clientId !== out.clientId) }),
    onSuccess: () => {
      announce('The app is out.');
      // Its sessions are among the devices.
      void client.invalidateQueries({ queryKey: sessionKeys.list });
    },
  });
  const items = consents.data?.data;
  return (
    <Card id="apps" title="Apps that act for you">
      {revoke.isError ? <Failure title="The app is still in" error={revoke.error} /> : null}
      {consents.isError && !items ? (
        <ErrorState
          what="Your apps could not be loaded"
          error={consents.error}
          onRetry={() => void consents.refetch()}
        />
      ) : items?.length === 0 ? (
        <p className={`${stack.plain} ${stack.dim}`}>None. An app that you let in shows here.</p>
      ) : items ? (
        <ul className={classes.list}>
          {items.map((consent) => (
            <li key={consent.clientId} className={classes.item}>
              <span className={classes.icon}>
                <IconPlugConnected size={20} stroke={1.75} aria-hidden />
              </span>
              <div className={classes.words}>
                <div className={classes.device}>{consent.name}</div>
                <div className={classes.facts}>
                  <span>
                    Let in <RelativeTime at={consent.givenAt} />
                  </span>
                  {consent.lastUsedAt ? (
                    <span>
                      Last seen <RelativeTime at={consent.lastUsedAt} />
                    </span>
                  ) : null}
                </div>
              </div>
              <Button
                variant="default"
                size="xs"
                onClick={() => revoke.mutate(consent)}
                aria-label={`Take ${consent.name} out`}
              >
                Take out
              </Button>
            </li>
          ))}
        </ul>
      ) : (
        <ListSkeleton rows={1} />
      )}
    </Card>
  );
}
