import type { CSSProperties } from 'react';
import classes from './skeletons.module.css';

/** A grey shape where something is to come. Plain markup: loading pages need no script for it. Sizes are CSS lengths or px. */
export function Skeleton({
  height,
  width = '100%',
  circle = false,
  mt,
  mb,
  my,
}: {
  height: number;
  width?: number | string;
  circle?: boolean;
  mt?: number;
  mb?: number;
  my?: number;
}) {
  const style: CSSProperties = {
    height,
    width: circle ? height : width,
    marginBlock: `${mt ?? my ?? 0}px ${mb ?? my ?? 0}px`,
  };
  return <span className={classes.skeleton} data-circle={circle} style={style} aria-hidden />;
}
