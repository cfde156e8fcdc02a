'use client';

import { useComputedColorScheme } from '@mantine/core';
import { useCallback, useEffect, useId, useImperativeHandle, useRef, useState } from 'react';
import { Skeleton } from '../../page/skeleton.tsx';
import classes from './card-field.module.css';
import { frameMessageOf, frameSource } from './card-frame.ts';
import { CardError, type CardFieldProps, type TypedCard } from './typed-card.ts';

type Answer = { resolve: (card: TypedCard) => void; reject: (error: CardError) => void };

/** How long the frame may take to answer, in ms: longer than the payment service is given. */
const patienceMs = 30_000;
const silent = 'The payment service does not answer. Nothing was charged. Try again in a moment.';

/** The payment service's own frame around the card's fields. */
export default function FrameField({
  frameUrl,
  publishableKey,
  ref,
  disabled = false,
  onSubmit,
  onChange,
}: CardFieldProps & { frameUrl: string; publishableKey: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const waiting = useRef(new Map<string, Answer>());
  const heard = useRef({ onSubmit, onChange });
  heard.current = { onSubmit, onChange };
  const theme = useComputedColorScheme('light', { getInitialValueInEffect: false });
  // The frame keeps what was typed: its address does not change with the theme, it is told of it.
  const [source, setSource] = useState<string | null>(null);
  const [height, setHeight] = useState(160);
  const [ready, setReady] = useState(false);
  const hint = useId();
  const firstTheme = useRef(theme);
  useEffect(() => setSource(frameSource(frameUrl, publishableKey, firstTheme.current)), [frameUrl, publishableKey]);

  const tell = useCallback(
    (type: string, detail: object = {}) =>
      frame.current?.contentWindow?.postMessage({ to: 'card-frame', type, ...detail }, new URL(frameUrl).origin),
    [frameUrl],
  );

  useEffect(() => {
    const listen = (event: MessageEvent) => {
      if (event.source !== frame.current?.contentWindow || event.origin !== new URL(frameUrl).origin) return;
      const message = frameMessageOf(event.data);
      switch (message?.type) {
        case 'ready':
          setReady(true);
          break;
        case 'height':
          setHeight(message.height);
          break;
        case 'change':
          heard.current.onChange?.({ complete: message.complete });
          break;
        case 'submit':
          heard.current.onSubmit?.();
          break;
        case 'tokenised': {
          const { requestId, paymentMethodId, brand, last4 } = message;
          waiting.current.get(requestId)?.resolve({ paymentMethodId, brand, last4 });
          break;
        }
        case 'failed':
          waiting.current.get(message.requestId)?.reject(new CardError(message.reason));
          break;
      }
    };
    window.addEventListener('message', listen);
    return () => window.removeEventListener('message', listen);
  }, [frameUrl]);

  useEffect(() => {
    if (ready) tell('theme', { theme });
  }, [ready, theme, tell]);
  useEffect(() => {
    if (ready) tell('disable', { disabled });
  }, [ready, disabled, tell]);

  useImperativeHandle(
    ref,
    () => ({
      focus: () => tell('focus'),
      async tokenise() {
        if (!ready) throw new CardError(silent);
        const requestId = crypto.randomUUID();
        let timer = 0;
        try {
          return await new Promise<TypedCard>((resolve, reject) => {
            waiting.current.set(requestId, { resolve, reject });
            timer = window.setTimeout(() => reject(new CardError(silent)), patienceMs);
            tell('tokenise', { requestId });
          });
        } finally {
          window.clearTimeout(timer);
          waiting.current.delete(requestId);
        }
      },
    }),
    [ready, tell],
  );

  return (
    <div className={classes.field}>
      {source ? (
        <iframe
          ref={frame}
          src={source}
          title="Card details"
          className={classes.frame}
          height={height}
          aria-describedby={hint}
          data-ready={ready}
          data-theme={theme}
        />
      ) : (
        <Skeleton height={height} />
      )}
      <p className={classes.hint} id={hint}>
        The card’s number goes straight to the payment service. We never see it.
      </p>
    </div>
  );
}
