'use client';

import { lazy, Suspense } from 'react';
import { Notice } from '../../page/notice.tsx';
import { Skeleton } from '../../page/skeleton.tsx';
import type { CardFieldProps } from './typed-card.ts';

export { CardError, type CardFieldHandle } from './typed-card.ts';

// Only whoever types a card loads what it takes; and Stripe's script only an installation with Stripe's own fields.
const FrameField = lazy(() => import('./frame-field.tsx'));
const StripeField = lazy(() => import('./stripe-field.tsx'));

/**
 * Where a card's number is typed: in a frame of the payment service, so that we never see it. What comes back is a token. One
 * component for every page that takes a card.
 */
export function CardField(props: CardFieldProps) {
  const { connected, publishableKey, frameUrl } = props.settings;
  if (!connected || publishableKey === null) {
    return (
      <Notice tone="warn" title="Cards cannot be taken at the moment">
        The payment service is not connected. Please try again later.
      </Notice>
    );
  }
  return (
    <Suspense fallback={<Skeleton height={186} />}>
      {frameUrl === null ? (
        <StripeField {...props} publishableKey={publishableKey} />
      ) : (
        <FrameField {...props} frameUrl={frameUrl} publishableKey={publishableKey} />
      )}
    </Suspense>
  );
}
