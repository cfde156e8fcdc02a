import classes from './metric-tile.module.css';

const width = 96;
const height = 28;

/** A line of values without axes; decoration beside a figure, so hidden from screen readers. null is a gap. */
export function Sparkline({ values }: { values: readonly (number | null)[] }) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const low = Math.min(...known);
  const span = Math.max(...known) - low || 1;
  const step = width / (values.length - 1);
  const path = values
    .map((value, index) => {
      if (value === null) return '';
      const move = index === 0 || values[index - 1] === null ? 'M' : 'L';
      return `${move}${(index * step).toFixed(1)} ${(height - 3 - ((value - low) / span) * (height - 6)).toFixed(1)}`;
    })
    .join('');
  return (
    <svg
      className={classes.spark}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      aria-hidden
      focusable="false"
    >
      <path d={path} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round" />
    </svg>
  );
}
