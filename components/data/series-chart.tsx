'use client';

import { lazy, Suspense, useEffect, useState } from 'react';
import type { SeriesProps } from './series.ts';
import classes from './series-chart.module.css';

// A large library: nothing of a page waits for it.
// Without it, while there is no connection, the table is still there.
const Drawn = lazy(() => import('./series-drawn.tsx').catch(() => ({ default: NotDrawn })));
const NotDrawn = (_: SeriesProps) => <p className={classes.missing}>The chart could not be loaded.</p>;

/** As tall as what it stands in. It is drawn once the page around it is there. */
export function SeriesChart(props: SeriesProps) {
  const loaded = usePageLoaded();
  return (
    <div className={classes.chart} role="img" aria-label={props.label}>
      {loaded ? (
        <Suspense>
          <Drawn {...props} />
        </Suspense>
      ) : null}
    </div>
  );
}

function usePageLoaded(): boolean {
  const [loaded, setLoaded] = useState(false);
  useEffect(() => {
    const look = () => setLoaded(true);
    if (document.readyState === 'complete') return look();
    window.addEventListener('load', look);
    return () => window.removeEventListener('load', look);
  }, []);
  return loaded;
}
