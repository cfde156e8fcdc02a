'use client';

import { BrokenPage } from '../../components/page/broken-page.tsx';

export default function OpsError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return <BrokenPage digest={error.digest} onRetry={reset} />;
}
