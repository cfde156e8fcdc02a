'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { helpKey } from '../../api/console/help.ts';
import { consoleOverviewQuery } from '../../api/console/overview.ts';

/** How often it is asked whether anybody new waits, in milliseconds. */
const askEvery = 5_000;

/** Reads the help requests again when the number of open ones, or since when the first waits, is another than before. */
export function useNewHelp(): void {
  const client = useQueryClient();
  const { data } = useQuery(consoleOverviewQuery(askEvery));
  const waiting = data ? `${data.needs.helpRequests.open} ${data.needs.helpRequests.oldestAt}` : null;
  const before = useRef(waiting);
  useEffect(() => {
    if (before.current !== null && waiting !== before.current)
      void client.invalidateQueries({ queryKey: helpKey }, { cancelRefetch: false });
    before.current = waiting;
  }, [client, waiting]);
}
