'use client';

import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { createQueryClient } from '../api/query-client.ts';
import { CoverGate } from '../shell/cover-gate.tsx';
import { sendHeld } from './early-submit.ts';
import { cssVariables, theme } from './theme.ts';

/** What every page stands in. `nonce` is the request's, for the style elements that Mantine writes. */
export function Providers({ nonce, children }: { nonce: string | undefined; children: ReactNode }) {
  const [queryClient] = useState(createQueryClient);
  useEffect(sendHeld, []);
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      cssVariablesResolver={cssVariables}
      getStyleNonce={() => nonce ?? ''}
    >
      <QueryClientProvider client={queryClient}>
        {children}
        <CoverGate />
      </QueryClientProvider>
    </MantineProvider>
  );
}
