/** What the card frame says, as far as we listen (docs/gateway.md). The number is never part of it. */
export type FrameMessage =
  | { type: 'ready' | 'submit' }
  | { type: 'change'; complete: boolean }
  | { type: 'height'; height: number }
  | { type: 'tokenised'; requestId: string; paymentMethodId: string; brand: string; last4: string }
  | { type: 'failed'; requestId: string; reason: string };

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** A message of the frame, or null for anything else that a window hears. */
export function frameMessageOf(data: unknown): FrameMessage | null {
  if (!isFields(data) || data.from !== 'card-frame') return null;
  switch (data.type) {
    case 'ready':
    case 'submit':
      return { type: data.type };
    case 'change':
      return { type: 'change', complete: data.complete === true };
    case 'height':
      return typeof data.height === 'number' ? { type: 'height', height: data.height } : null;
    case 'tokenised':
      return tokenisedOf(data);
    case 'failed':
      return failedOf(data);
    default:
      return null;
  }
}

function tokenisedOf({ requestId, paymentMethodId, card }: Fields): FrameMessage | null {
  if (typeof requestId !== 'string' || typeof paymentMethodId !== 'string' || !isFields(card)) return null;
  const { brand, last4 } = card;
  if (typeof brand !== 'string' || typeof last4 !== 'string') return null;
  return { type: 'tokenised', requestId, paymentMethodId, brand, last4 };
}

function failedOf({ requestId, error }: Fields): FrameMessage | null {
  if (typeof requestId !== 'string' || !isFields(error) || typeof error.message !== 'string') return null;
  return { type: 'failed', requestId, reason: error.message };
}

export function frameSource(frameUrl: string, publishableKey: string, theme: 'light' | 'dark'): string {
  const url = new URL(frameUrl);
  url.searchParams.set('publishable_key', publishableKey);
  url.searchParams.set('parent', window.location.origin);
  url.searchParams.set('theme', theme);
  return url.toString();
}
