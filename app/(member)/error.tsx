'use client';

import { BrokenPage } from '../../components/page/broken-page.tsx';

export default function MemberError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return <BrokenPage digest={error.digest} onRetry={reset} />;
}
