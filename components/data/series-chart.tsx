'use client';

import { lazy, Suspense, useEffect, useState } from 'react';
import classes from './series-chart.module.css';

/** One value over time, in words that a person may point at. */
export interface Point {
  /** What stands on the axis below it: "21 Nov". */
  at: string;
  value: number;
  /** What stands beside the pointer: "21 November 2026: €145.01". */
  words: string;
  /** Not over yet: drawn paler. */
  running?: boolean;
}

export interface SeriesChartProps {
  /** `steps` for what holds until it changes, `bars` for what is counted. */
  kind: 'steps' | 'bars';
  points: readonly Point[];
  /** What the picture says, for those who do not see it. */
  label: string;
  /** A value on the axis at the side. */
  axis: (value: number) => string;
}

// A large library: nothing of a page waits for it.
const Drawn = lazy(() => import('./series-drawn.tsx'));

/** As tall as what it stands in. It is drawn once the page around it is there. */
export function SeriesChart(props: SeriesChartProps) {
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
