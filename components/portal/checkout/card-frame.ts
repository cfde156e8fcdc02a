/** What the card frame says (docs/gateway.md). The number is never part of it. */
export type FrameMessage =
  | { type: 'ready' }
  | { type: 'change'; complete: boolean; empty: boolean; error: string | null }
  | { type: 'focus' | 'blur'; field: string }
  | { type: 'height'; height: number }
  | { type: 'submit' }
  | { type: 'tokenised'; requestId: string; paymentMethodId: string; card: { brand: string; last4: string } }
  | { type: 'failed'; requestId: string; error: { code: string; message: string } };

/** A message of the frame, or null for anything else that a window hears. */
export function frameMessageOf(data: unknown): FrameMessage | null {
  if (typeof data !== 'object' || data === null || !('from' in data) || data.from !== 'card-frame') return null;
  return 'type' in data && typeof data.type === 'string' ? (data as unknown as FrameMessage) : null;
}

export function frameSource(frameUrl: string, publishableKey: string, theme: 'light' | 'dark'): string {
  const url = new URL(frameUrl);
  url.searchParams.set('publishable_key', publishableKey);
  url.searchParams.set('parent', window.location.origin);
  url.searchParams.set('theme', theme);
  return url.toString();
}
